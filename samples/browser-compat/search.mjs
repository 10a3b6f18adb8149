#!/usr/bin/env node
// Searches what load.mjs has loaded, and compares every answer with what a plain reading of the data finds.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Refusal, forEach } from './client.mjs';
import { readData } from './data.mjs';
import { documentsOf } from './mapping.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: process.env.PROPSDB_URL ?? 'http://127.0.0.1:5080' },
    token: { type: 'string', default: process.env.PROPSDB_TOKEN ?? '' },
    app: { type: 'string', default: 'default' },
    only: { type: 'string' },
    concurrency: { type: 'string', default: '8' },
    cache: { type: 'string', default: join(fileURLToPath(new URL('.', import.meta.url)), '.cache') },
  },
});
if (!options.token) {
  console.error('A token is needed: --token or PROPSDB_TOKEN.');
  process.exit(2);
}

const client = new Client({ ...options, patience: 120 });
const all = documentsOf(readData(options.cache));
const documents = (options.only === undefined ? all : all.slice(0, Number(options.only))).map(({ name, body }) => ({ name, collections: JSON.parse(body).collections }));
const wrong = [];
const times = [];

/** What the data says at a path; undefined: nothing. */
const at = (document, ...path) => path.reduce((value, step) => value?.[step], document.collections);

function compare(question, expected, received) {
  const [want, have] = [[...expected].sort(), [...received].sort()];
  if (want.length === have.length && want.every((name, i) => name === have[i])) return;
  const missing = want.filter(name => !have.includes(name)), surplus = have.filter(name => !want.includes(name));
  wrong.push(`${question}: ${missing.length} missing (${missing.slice(0, 3)}), ${surplus.length} too many (${surplus.slice(0, 3)})`);
}

async function ask(method, path, body) {
  const started = performance.now();
  const answer = await client.send(method, path, body && JSON.stringify(body));
  times.push(performance.now() - started);
  if (answer.status !== 200) throw new Refusal(method, path, answer);
  return JSON.parse(answer.text);
}

/** The names of all that a filter finds, page by page. */
async function query(filter, more = {}) {
  const names = [];
  for (let cursor; ;) {
    const page = await ask('POST', '/_query', { filter, select: ['/absent'], limit: 200, cursor, ...more });
    names.push(...page.documents.map(d => d.name));
    if (!(cursor = page.pagination.next_cursor)) return names;
  }
}

async function search(text) {
  const names = [];
  for (let cursor = ''; ;) {
    const page = await ask('GET', `/_search?limit=200&q=${encodeURIComponent(text)}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    names.push(...page.documents.map(d => d.name));
    if (!(cursor = page.pagination.next_cursor)) return names;
  }
}

const where = test => documents.filter(test).map(d => d.name);

// The index follows the writes: each document's last commit is to be in it.
await forEach(documents, Number(options.concurrency), async ({ name }) => {
  const { headers } = await client.read(`/${encodeURIComponent(name)}?collections=absent`);
  await ask('POST', `/_query?min_position=${encodeURIComponent(headers.get('x-position'))}`, { select: ['/absent'], limit: 1 });
});
times.length = 0;

compare('everything', where(() => true), await query({}));
const sorted = await query({}, { sort: { field: '/__compat/mdn_url', order: 'desc' } });
compare('everything, sorted by a path', where(() => true), sorted);

const isDeprecated = d => at(d, '__compat', 'status', 'deprecated') === true;
compare('deprecated', where(isDeprecated), await query({ path: '/__compat/status/deprecated', eq: true }));
compare('not deprecated', where(d => !isDeprecated(d)), await query({ path: '/__compat/status/deprecated', ne: true }));
const groups = await ask('POST', '/_aggregate', { group_by: '/__compat/status/deprecated' });
for (const { value, count } of groups.groups) {
  const expected = documents.filter(d => at(d, '__compat', 'status', 'deprecated') === value).length;
  if (count !== expected) wrong.push(`facet ${value}: ${count} instead of ${expected}`);
}
compare('no spec', where(d => at(d, '__compat', 'spec_url') === undefined), await query({ path: '/__compat/spec_url', exists: false }));
compare('spec', where(d => [at(d, '__compat', 'spec_url') ?? []].flat().some(u => u === 'https://dom.spec.whatwg.org/#interface-element')),
  await query({ or: [{ path: '/__compat/spec_url', eq: 'https://dom.spec.whatwg.org/#interface-element' }, { path: '/__compat/spec_url', contains: 'https://dom.spec.whatwg.org/#interface-element' }] }));
compare('beginning', where(d => String(at(d, '__compat', 'mdn_url') ?? '').startsWith('https://developer.mozilla.org/docs/Web/API/H')),
  await query({ path: '/__compat/mdn_url', starts_with: 'https://developer.mozilla.org/docs/Web/API/H' }));
compare('a number or a text', where(d => at(d, '__compat', 'support', 'chrome', 'version_added') === '1'), await query({ path: '/__compat/support/chrome/version_added', eq: '1' }));

// Each document by its name and by the address of its page, which only it has.
await forEach(documents, Number(options.concurrency), async document => {
  const url = at(document, '__compat', 'mdn_url');
  if (url !== undefined) compare(url, where(d => at(d, '__compat', 'mdn_url') === url), await query({ path: '/__compat/mdn_url', eq: url }));
  const found = await search(document.name);
  if (!found.includes(document.name)) wrong.push(`search for ${document.name}: it is not among the ${found.length} found`);
});

if (wrong.length > 0) {
  console.error(`${wrong.length} wrong answers:\n  ${wrong.slice(0, 20).join('\n  ')}`);
  process.exit(1);
}
times.sort((a, b) => a - b);
console.log(`${documents.length} documents found by what they hold; ${times.length} questions, median ${times[times.length >> 1].toFixed(1)} ms, 95 of 100 within ${times[Math.floor(times.length * 0.95)].toFixed(1)} ms`);
