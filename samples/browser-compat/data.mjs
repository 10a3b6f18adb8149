// Gets the data set once, by npm, into an ignored directory.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PACKAGE = '@mdn/browser-compat-data';
export const VERSION = '8.1.9';

export function readData(cache) {
  const directory = join(cache, 'node_modules', PACKAGE);
  const installed = () => existsSync(join(directory, 'package.json')) ? JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).version : undefined;
  if (installed() !== VERSION) {
    console.log(`getting ${PACKAGE}@${VERSION}`);
    execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['install', '--prefix', cache, '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error', `${PACKAGE}@${VERSION}`],
      { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
    if (installed() !== VERSION) throw new Error(`npm did not install ${PACKAGE}@${VERSION} into ${cache}`);
  }
  return readFileSync(join(directory, 'data.json'), 'utf8');
}
