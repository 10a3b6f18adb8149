// A JSON reader that keeps the text: every value knows where it stands, so that numbers and strings are compared as they are spelled
// (JSON.parse would make 1.10 of 1.1 and lose the digits of long integers) and members in the order in which they stand.

/**
 * @typedef {{ kind: 'object' | 'array' | 'string' | 'number' | 'literal', start: number, end: number, members?: Member[], items?: Node[] }} Node
 * @typedef {{ name: string, value: Node }} Member
 */

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /true|false|null/y;
const BLANKS = /[ \t\n\r]*/y;

/** Reads one JSON text, strictly as RFC 8259 has it and without duplicate names. @returns {Node} */
export function parse(text) {
  let at = 0;

  const fail = expected => { throw new SyntaxError(`${expected} expected at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`); };
  const match = pattern => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    at = pattern.lastIndex;
    return found[0];
  };
  const blanks = () => match(BLANKS);
  const take = character => {
    blanks();
    if (text[at] !== character) return false;
    at++;
    return true;
  };

  const value = () => {
    blanks();
    const start = at;
    if (text[at] === '{') return object(start);
    if (text[at] === '[') return array(start);
    const kind = text[at] === '"' ? 'string' : /[-0-9]/.test(text[at] ?? '') ? 'number' : 'literal';
    if (match(kind === 'string' ? STRING : kind === 'number' ? NUMBER : LITERAL) === undefined) fail('a value');
    return { kind, start, end: at };
  };

  const object = start => {
    at++;
    const members = [];
    const names = new Set();
    if (!take('}')) {
      do {
        blanks();
        const quoted = match(STRING) ?? fail('a member name');
        const name = JSON.parse(quoted);
        if (names.has(name)) fail(`no second ${quoted}`);
        names.add(name);
        if (!take(':')) fail(':');
        members.push({ name, value: value() });
      } while (take(','));
      if (!take('}')) fail('}');
    }
    return { kind: 'object', start, end: at, members };
  };

  const array = start => {
    at++;
    const items = [];
    if (!take(']')) {
      do items.push(value()); while (take(','));
      if (!take(']')) fail(']');
    }
    return { kind: 'array', start, end: at, items };
  };

  const root = value();
  blanks();
  if (at !== text.length) fail('the end');
  return root;
}

/** The text of a value as it is spelled, without the blanks between its tokens. */
export function spelling(text, node) {
  if (node.kind === 'object') return `{${node.members.map(m => `${JSON.stringify(m.name)}:${spelling(text, m.value)}`).join(',')}}`;
  if (node.kind === 'array') return `[${node.items.map(i => spelling(text, i)).join(',')}]`;
  return text.slice(node.start, node.end);
}

/** The value of a member; undefined if there is none. */
export const member = (node, name) => node.members?.find(m => m.name === name)?.value;

/**
 * Where two values differ: in kind, spelling, or which members and items they have in which order.
 * @returns {Generator<{ path: string, sent: string, received: string }>}
 */
export function* differences(sentText, sent, receivedText, received, path = '') {
  if (sent.kind !== received.kind) {
    yield { path, sent: spelling(sentText, sent), received: spelling(receivedText, received) };
  } else if (sent.kind === 'object') {
    const names = [sent, received].map(node => node.members.map(m => m.name));
    if (JSON.stringify(names[0]) !== JSON.stringify(names[1])) {
      yield { path, sent: `members ${names[0].join(', ')}`, received: `members ${names[1].join(', ')}` };
    }
    for (const { name, value } of sent.members) {
      const other = member(received, name);
      if (other) yield* differences(sentText, value, receivedText, other, `${path}/${escape(name)}`);
    }
  } else if (sent.kind === 'array') {
    if (sent.items.length !== received.items.length) {
      yield { path, sent: `${sent.items.length} items`, received: `${received.items.length} items` };
    }
    for (let i = 0; i < Math.min(sent.items.length, received.items.length); i++) {
      yield* differences(sentText, sent.items[i], receivedText, received.items[i], `${path}/${i}`);
    }
  } else if (spelling(sentText, sent) !== spelling(receivedText, received)) {
    yield { path, sent: spelling(sentText, sent), received: spelling(receivedText, received) };
  }
}

/** A name as a segment of a JSON pointer. */
export const escape = name => name.replaceAll('~', '~0').replaceAll('/', '~1');
