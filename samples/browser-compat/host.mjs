// Starts, kills and stops a service of its own on a data directory of its own, and leaves nothing of it behind.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_WITHIN = 60_000;
const STOP_WITHIN = 30_000;

export class Host {
  url = 'http://127.0.0.1:0';

  /** The last of what it printed. */
  output = '';
  #process;

  /** @param {string} assembly the built PropsDb.Host.dll */
  constructor(assembly) {
    this.assembly = assembly;
    this.data = mkdtempSync(join(tmpdir(), 'propsdb-sample-'));
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PROPSDB__|ASPNETCORE_|DOTNET_URLS)/i.test(name));
    this.environment = { ...Object.fromEntries(inherited), PROPSDB__DATA: this.data };
  }

  /** Starts it, on the port that it had before, and waits until it says that it serves. */
  async start() {
    const child = spawn('dotnet', [this.assembly, '--urls', this.url], { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const keep = chunk => { this.output = (this.output + chunk).slice(-50_000); };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.url = await new Promise((resolve, reject) => {
      let output = '';
      const timer = setTimeout(() => reject(new Error(`the service did not start within ${START_WITHIN} ms`)), START_WITHIN);
      child.once('error', reject);
      child.once('exit', code => {
        clearTimeout(timer);
        reject(new Error(`the service ended with ${code} at its start`));
      });
      child.stdout.on('data', chunk => {
        output += chunk;
        const serves = /PropsDB serves on (https?:\/\/[^\s",]+)[\s",]/.exec(output);
        if (!serves) return;
        clearTimeout(timer);
        resolve(serves[1]);
      });
    });
  }

  token(user) {
    return execFileSync('dotnet', [this.assembly, 'token', '--user', user], { env: this.environment, encoding: 'utf8' }).trim();
  }

  /** The process id of its PostgreSQL; undefined if that is not running. */
  get postgres() {
    const cluster = join(this.data, 'postgres');
    const file = join(cluster, 'postmaster.pid');
    if (!existsSync(file)) return undefined;
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    try {
      // The id may have been given to another process since.
      return existsSync('/proc') && readlinkSync(`/proc/${pid}/cwd`) !== cluster ? undefined : process.kill(pid, 0) && pid;
    } catch {
      return undefined;
    }
  }

  /** Ends the service at once, as a crash does. Its PostgreSQL goes on. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Stops the service as an operator does. */
  async stop() {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the service stopped with ${code}`);
    if (this.postgres !== undefined) throw new Error('the service stopped and left its PostgreSQL running');
  }

  #end(signal) {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child?.exitCode ?? undefined);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the service did not end within ${STOP_WITHIN} ms of ${signal}`)), STOP_WITHIN);
      child.once('exit', code => {
        clearTimeout(timer);
        resolve(code);
      });
      child.kill(signal);
    });
  }

  /** Ends whatever still runs, and removes the data. */
  async remove() {
    await this.kill().catch(() => {});
    if (this.postgres !== undefined) process.kill(this.postgres, 'SIGINT');
    for (let i = 0; i < 100 && this.postgres !== undefined; i++) await new Promise(resolve => setTimeout(resolve, 100));
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5 });
  }
}
