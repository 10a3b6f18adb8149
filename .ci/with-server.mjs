#!/usr/bin/env node
// with-server.mjs COMMAND ARGUMENT… : runs a command against a fresh service, whose URL and token it finds in PROPSDB_URL and PROPSDB_TOKEN.
// Exits as the command does, and with 1 if the service does not start or does not stop as it should.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Host } from '../samples/browser-compat/host.mjs';

const [command, ...rest] = process.argv.slice(2);
const host = new Host(process.env.PROPSDB_HOST ?? fileURLToPath(new URL('../src/PropsDb.Host/bin/Debug/net10.0/PropsDb.Host.dll', import.meta.url)));
try {
  await host.start();
  const { status, error } = spawnSync(command, rest, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PROPSDB_URL: host.url, PROPSDB_TOKEN: host.token('alice') },
  });
  if (error) throw error;
  process.exitCode = status ?? 1;
  await host.stop();
} catch (error) {
  console.error(`${host.output}\n${error.message}`);
  process.exitCode = 1;
} finally {
  await host.remove();
}
