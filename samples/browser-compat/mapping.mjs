// From an interface of the data set to the collections of a document, and back.
//
// In the data a feature is an object: its `__compat` has the facts, every other member is a feature below it, to any depth.
//
//     "Element": { "__compat": {…}, "append": { "__compat": {…}, "text_nodes": { "__compat": {…} } } }
//
// A document has two levels, so every feature becomes one collection that is named by its path, and the members of its `__compat`
// become the collection's properties, with their values as they are:
//
//     document Element
//       __compat           mdn_url, spec_url, status, support …      (the interface itself)
//       append             …
//       append/text_nodes  …
//
// Collections stand in the order in which the `__compat`s stand in the data, so the order of features comes back as well.

import { parse, spelling } from './json-text.mjs';

const FACTS = '__compat';

/** @returns {{ name: string, properties: { name: string, text: string }[] }[]} the collections of an interface, values as JSON text */
export function collectionsOf(text, feature, path = []) {
  if (path.some(name => name.includes('/'))) throw new Error(`${path.join(' > ')}: a name with a slash cannot stand in a path`);
  return feature.members.flatMap(({ name, value }) => name !== FACTS
    ? collectionsOf(text, value, [...path, name])
    : [{
        name: path.join('/') || FACTS,
        properties: value.members.map(m => ({ name: m.name, text: spelling(text, m.value) })),
      }]);
}

/** The interface's text, put together from its collections again. */
export function interfaceOf(collections) {
  const root = new Map();
  for (const { name, properties } of collections) {
    let feature = root;
    for (const step of name === FACTS ? [] : name.split('/')) {
      if (!feature.has(step)) feature.set(step, new Map());
      feature = feature.get(step);
    }
    feature.set(FACTS, object(properties.map(p => [p.name, p.text])));
  }
  const write = feature => object([...feature].map(([name, value]) => [name, typeof value === 'string' ? value : write(value)]));
  return write(root);
}

/** The body that creates the document. */
export const bodyOf = collections =>
  object([['collections', object(collections.map(c => [c.name, object(c.properties.map(p => [p.name, p.text]))]))]]);

const object = members => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;

/**
 * Every interface of the data set as a document.
 * @returns {{ name: string, body: string, collections: number, properties: number, isNested: boolean }[]}
 * @throws where the mapping would lose anything
 */
export function documentsOf(text) {
  const api = parse(text).members.find(m => m.name === 'api').value;
  return api.members.map(({ name, value }) => {
    const collections = collectionsOf(text, value);
    if (interfaceOf(collections) !== spelling(text, value)) throw new Error(`${name}: the mapping loses something`);
    return {
      name,
      body: bodyOf(collections),
      collections: collections.length,
      properties: collections.reduce((sum, c) => sum + c.properties.length, 0),
      isNested: collections.some(c => c.name.includes('/')),
    };
  });
}
