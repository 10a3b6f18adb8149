// node --test samples/browser-compat/sample.test.mjs

import assert from 'node:assert/strict';
import test from 'node:test';
import { differences, parse, spelling } from './json-text.mjs';
import { bodyOf, collectionsOf, documentsOf, interfaceOf } from './mapping.mjs';

const compare = (sent, received) => [...differences(sent, parse(sent), received, parse(received))];

test('a text is compared as it is spelled', () => {
  const text = '{"a":1.10,"b":[1e2,-0,12345678901234567890123456789012345678901],"c":"\\u0041\\n","d":{},"e":[],"f":null}';
  assert.equal(spelling(text, parse(text)), text);
  assert.deepEqual(compare(text, text.replaceAll(/([,:])/g, '$1 \n')), []);
});

for (const [name, sent, received, path] of [
  ['a lost digit', '{"a":{"n":1.10}}', '{"a":{"n":1.1}}', '/a/n'],
  ['another spelling of a number', '[0,1e2]', '[0,100]', '/1'],
  ['a long integer rounded', '12345678901234567890', '12345678901234567000', ''],
  ['another spelling of a string', '{"s":"\\u0041"}', '{"s":"A"}', '/s'],
  ['members in another order', '{"a":1,"b":2}', '{"b":2,"a":1}', ''],
  ['a member lost', '{"x/y":{"a":1,"b":2}}', '{"x/y":{"a":1}}', '/x~1y'],
  ['an item lost', '[[1,2]]', '[[1]]', '/0'],
  ['another kind', '{"a":null}', '{"a":"null"}', '/a'],
]) {
  test(`${name} is a difference`, () => assert.equal(compare(sent, received)[0]?.path, path));
}

for (const text of ['', '01', '1.', '.5', '+1', 'NaN', '[1,]', '{"a":1,}', "{'a':1}", '"\t"', '"\\x"', '{"a":1,"a":2}', '1 2', 'tru']) {
  test(`${JSON.stringify(text)} is no JSON`, () => assert.throws(() => parse(text), SyntaxError));
}

const feature = '{"first":{"deep":{"er":{"__compat":{"tags":["x"]}},"__compat":{"n":1.10}},"__compat":{}},"__compat":{"support":{"b":{"a":"≤7"}}},"last":{"__compat":{"status":{}}}}';

test('a feature becomes collections by path, and comes back the same', () => {
  const collections = collectionsOf(feature, parse(feature));
  assert.deepEqual(collections.map(c => c.name), ['first/deep/er', 'first/deep', 'first', '__compat', 'last']);
  assert.equal(interfaceOf(collections), feature);
  assert.equal(bodyOf(collections.slice(1, 3)), '{"collections":{"first/deep":{"n":1.10},"first":{}}}');
});

test('data that the mapping would lose is refused', () => {
  assert.throws(() => documentsOf('{"api":{"A":{"__compat":{},"empty":{}}}}'), /loses/);
  assert.throws(() => documentsOf('{"api":{"A":{"a/b":{"__compat":{}}}}}'), /slash/);
});
