#!/usr/bin/env node
// Loads every web interface of MDN's browser compatibility data as one document each, or reads all of it back and compares.

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Refusal, forEach } from './client.mjs';
import { readData } from './data.mjs';
import { differences, escape, member, parse, spelling } from './json-text.mjs';
import { documentsOf } from './mapping.mjs';

const USAGE = `load.mjs [--url URL, or PROPSDB_URL] [--token TOKEN, or PROPSDB_TOKEN] [--app default] [--only N]
         [--concurrency 8] [--acknowledged FILE] [--patience 120] [--verify] [--cache DIRECTORY]`;

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: process.env.PROPSDB_URL ?? 'http://127.0.0.1:5080' },
    token: { type: 'string', default: process.env.PROPSDB_TOKEN ?? '' },
    app: { type: 'string', default: 'default' },
    only: { type: 'string' },
    concurrency: { type: 'string', default: '8' },
    acknowledged: { type: 'string' },
    patience: { type: 'string', default: '120' },
    verify: { type: 'boolean', default: false },
    cache: { type: 'string', default: join(fileURLToPath(new URL('.', import.meta.url)), '.cache') },
    help: { type: 'boolean', default: false },
  },
});

function count(name) {
  return /^[1-9][0-9]*$/.test(options[name]) ? Number(options[name]) : fail(`--${name} is a whole number from 1 on.`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
if (!options.token) fail(`A token is needed.\n${USAGE}\nMake one: dotnet run --project src/PropsDb.Host -- token --user loader`);

const client = new Client({ ...options, patience: count('patience') });
const concurrency = count('concurrency');
const all = documentsOf(readData(options.cache));
const documents = options.only === undefined ? all : all.slice(0, count('only'));
const bytes = documents.reduce((sum, d) => sum + Buffer.byteLength(d.body), 0);
const sum = field => documents.reduce((total, d) => total + d[field], 0);
console.log(`${documents.length} documents, ${sum('collections')} collections, ${sum('properties')} properties, ${(bytes / 1e6).toFixed(1)} MB`);

process.exitCode = options.verify ? await verify() : await load();

async function load() {
  let created = 0, found = 0;
  const started = Date.now();
  const progress = progressLine(() => `${created + found} of ${documents.length} loaded, ${client.retries} retries`);
  try {
    await forEach(documents, concurrency, async document => {
      const answer = await client.send('POST', pathOf(document), document.body);
      if (answer.status === 201) created++;
      else if (answer.status === 409 && JSON.parse(answer.text).error === 'already_exists') {
        // Of an earlier attempt whose answer was lost, or of an earlier run: done if it is the same.
        const wrong = await compare(document);
        if (wrong.length > 0) throw new Error(`${document.name} is there already, and differs:\n${report(wrong)}`);
        found++;
      } else throw new Refusal('POST', pathOf(document), answer);
      if (options.acknowledged) appendFileSync(options.acknowledged, `${document.name}\t${digest(document)}\n`);
    });
  } catch (error) {
    progress.end();
    console.error(error.message);
    return 1;
  }
  progress.end();
  console.log(`${created} created, ${found} found as they are, ${client.retries} retries; ${rate(started)}`);
  return 0;
}

async function verify() {
  const acknowledged = options.acknowledged && existsSync(options.acknowledged)
    ? readFileSync(options.acknowledged, 'utf8').trimEnd().split('\n').filter(line => line).map(line => line.split('\t'))
    : [];
  let checked = 0;
  const wrong = [];
  const started = Date.now();
  const progress = progressLine(() => `${checked} of ${documents.length} compared, ${wrong.length} differences`);
  const byName = new Map(documents.map(d => [d.name, d]));
  for (const [name, hash] of acknowledged) {
    if (!byName.has(name)) wrong.push({ path: name, sent: 'acknowledged', received: 'not among the documents that are compared' });
    else if (digest(byName.get(name)) !== hash) wrong.push({ path: name, sent: `acknowledged with digest ${hash}`, received: 'another data set is compared' });
  }
  try {
    await forEach(documents, concurrency, async document => {
      wrong.push(...await compare(document));
      checked++;
    });
    wrong.push(...await compareList(), ...await compareParts(documents.find(d => d.isNested) ?? documents[0]));
  } catch (error) {
    progress.end();
    console.error(error.message);
    return 1;
  }
  progress.end();
  if (wrong.length > 0) {
    console.error(`${wrong.length} differences:\n${report(wrong)}`);
    return 1;
  }
  console.log(`${checked} documents read back the same, ${acknowledged.length} acknowledged among them; ${rate(started)}`);
  return 0;
}

/** Where the document as it is read differs from what was sent, in members, their order, and every digit. */
async function compare(document) {
  const answer = await client.send('GET', `${pathOf(document)}?shape=object`);
  if (answer.status === 404) return [{ path: document.name, sent: `${document.collections} collections`, received: 'nothing: 404' }];
  if (answer.status !== 200) throw new Refusal('GET', pathOf(document), answer);
  const received = member(parse(answer.text), 'document');
  const version = Number(spelling(answer.text, member(received, 'version')));
  return [
    ...answer.headers.get('etag') === `"${version}"` ? [] : [{ path: document.name, sent: `ETag "${version}"`, received: `ETag ${answer.headers.get('etag')}` }],
    // Written once and never again: a second commit would be a create that was applied twice.
    ...version === 1 ? [] : [{ path: document.name, sent: 'version 1', received: `version ${version}` }],
    ...differences(document.body, member(parse(document.body), 'collections'), answer.text, member(received, 'collections'), document.name),
  ];
}

/** Every document stands in the tier's list, once. */
async function compareList() {
  const missing = new Set(documents.map(d => d.name));
  const wrong = [];
  const seen = new Set();
  for (let path = '?limit=500'; path;) {
    const { documents: listed, pagination } = JSON.parse((await client.read(path)).text);
    for (const { name } of listed) {
      if (seen.has(name)) wrong.push({ path: name, sent: 'listed once', received: 'listed twice' });
      seen.add(name);
      missing.delete(name);
    }
    path = pagination.next_cursor && `?limit=500&cursor=${encodeURIComponent(pagination.next_cursor)}`;
  }
  return [...wrong, ...[...missing].map(name => ({ path: name, sent: 'a document', received: 'not in the list' }))];
}

/** The collections and properties of one document, each by its own URL and by its pointer: names begin with _ and hold slashes here. */
async function compareParts(document) {
  const wrong = [];
  for (const { name, value } of member(parse(document.body), 'collections').members) {
    for (const address of [`/${encodeURIComponent(name)}?shape=object`, `?path=${encodeURIComponent(`/${escape(name)}`)}&shape=object`]) {
      const { text } = await client.read(pathOf(document) + address);
      const properties = member(member(parse(text), 'collection'), 'properties');
      wrong.push(...differences(document.body, value, text, properties, document.name + address));
    }
    for (const { name: property, value: sent } of value.members) {
      const address = `/${encodeURIComponent(name)}/${encodeURIComponent(property)}`;
      const { text } = await client.read(pathOf(document) + address);
      wrong.push(...differences(document.body, sent, text, member(member(parse(text), 'property'), 'value'), document.name + address));
    }
  }
  return wrong;
}

function pathOf(document) {
  return `/${encodeURIComponent(document.name)}`;
}

function digest(document) {
  return createHash('sha256').update(document.body).digest('hex');
}

function report(wrong) {
  const shown = wrong.slice(0, 20).map(({ path, sent, received }) => `  ${path}\n    sent      ${cut(sent)}\n    received  ${cut(received)}`);
  return [...shown, ...wrong.length > 20 ? [`  and ${wrong.length - 20} more`] : []].join('\n');
}

function cut(text) {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function rate(started) {
  const seconds = (Date.now() - started) / 1_000;
  return `${seconds.toFixed(1)} s, ${(documents.length / seconds).toFixed(0)} documents/s, ${(bytes / 1e6 / seconds).toFixed(2)} MB/s`;
}

/** One line that is written over on a terminal, and now and then elsewhere. */
function progressLine(text) {
  const show = process.stdout.isTTY ? () => process.stdout.write(`\r${text()}\u001b[K`) : () => console.log(text());
  const timer = setInterval(show, process.stdout.isTTY ? 200 : 5_000);
  return {
    end() {
      clearInterval(timer);
      if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
    },
  };
}
