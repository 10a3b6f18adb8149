#!/usr/bin/env node
// Kills the service in the middle of a load, again and again, and checks that nothing that it acknowledged is missing.
//
//   kill-test.mjs [--only 400] [--kills 3] [--concurrency 8] [--timeout 300] [--host PropsDb.Host.dll]

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Host } from './host.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const source = join(here, '../../src/PropsDb.Host');

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '400' },
    kills: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '8' },
    timeout: { type: 'string', default: '300' },
    host: { type: 'string' },
  },
});

if (!options.host) execFileSync('dotnet', ['build', source, '-v', 'quiet', '--nologo'], { stdio: ['ignore', 'ignore', 'inherit'] });
const host = new Host(options.host ?? join(source, 'bin/Debug/net10.0/PropsDb.Host.dll'));
const scratch = mkdtempSync(join(tmpdir(), 'propsdb-acknowledged-'));
const acknowledged = join(scratch, 'acknowledged.tsv');
const started = Date.now();
const children = new Set();
let timedOut = false;
const timer = setTimeout(() => {
  timedOut = true;
  for (const child of children) child.kill('SIGKILL');
}, Number(options.timeout) * 1_000);

const say = text => console.log(`${((Date.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${text}`);
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const acknowledgedCount = () => existsSync(acknowledged) ? readFileSync(acknowledged, 'utf8').split('\n').length - 1 : 0;

function load(...more) {
  const child = spawn(process.execPath,
    [join(here, 'load.mjs'), '--url', host.url, '--only', options.only, '--concurrency', options.concurrency, '--acknowledged', acknowledged, '--patience', '60', ...more],
    { env: { ...process.env, PROPSDB_TOKEN: token }, stdio: ['ignore', 'inherit', 'inherit'] });
  children.add(child);
  const done = new Promise(resolve => child.once('exit', code => {
    children.delete(child);
    resolve(code);
  }));
  return { done, isRunning: () => child.exitCode === null && child.signalCode === null };
}

async function killAndStartAgain() {
  const before = host.postgres;
  await host.kill();
  if (host.postgres !== before) throw new Error('PostgreSQL did not outlive the killed service');
  const down = Date.now();
  await host.start();
  if (host.postgres !== before) throw new Error(`PostgreSQL ${before} was not adopted: now ${host.postgres}`);
  say(`started again in ${Date.now() - down} ms, PostgreSQL ${before} adopted`);
}

let token;
try {
  await host.start();
  token = host.token('loader');
  say(`serving on ${host.url}, PostgreSQL ${host.postgres}`);
  const loading = load();
  for (let kill = 1; kill <= Number(options.kills); kill++) {
    const atLeast = Math.floor(Number(options.only) * (kill - 0.5 * Math.random()) / (Number(options.kills) + 1));
    while (loading.isRunning() && acknowledgedCount() < atLeast) await pause(5);
    if (!loading.isRunning()) throw new Error(timedOut ? 'out of time' : `the load ended before kill ${kill}: load more with --only`);
    say(`kill ${kill} after ${acknowledgedCount()} acknowledged documents`);
    await killAndStartAgain();
  }
  if (await loading.done !== 0) throw new Error(timedOut ? 'out of time' : 'the load failed');
  say(`${acknowledgedCount()} documents acknowledged; kill ${Number(options.kills) + 1} at rest`);
  await killAndStartAgain();
  if (await load('--verify').done !== 0) throw new Error(timedOut ? 'out of time' : 'something acknowledged is missing or different');
  await host.stop();
  say('passed: everything acknowledged is there, and the service stopped with its PostgreSQL');
} catch (error) {
  console.error(host.output);
  say(`FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  clearTimeout(timer);
  for (const child of children) child.kill('SIGKILL');
  await host.remove();
  rmSync(scratch, { recursive: true, force: true });
}
