import { stringEnd } from './json-depth';

/** Where a text stops being JSON. Line and column count from 1, the position from 0. */
export interface JsonFault {
  position: number;
  line: number;
  column: number;
}

/** What may come next; `…OrEnd` where the bracket just opened may close. */
type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'next' | 'nothing';

/**
 * Finds the first fault of a text that JSON.parse has refused. JSON.parse itself names a position only in some of its
 * messages, and quotes the text, which holds personal data.
 */
export function locateJsonFault(text: string): JsonFault {
  const position = faultPosition(text);
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { position, line: before.split('\n').length, column: position - lineStart + 1 };
}

function faultPosition(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const close = (bracket: string): boolean => open.pop() === bracket;
  for (;;) {
    while (at < text.length && ' \t\n\r'.includes(text[at])) at++;
    if (at >= text.length) return text.length;
    const start = at;
    const char = text[at];
    if (expected === 'nothing') return start;
    if (expected === 'colon') {
      if (char !== ':') return start;
      expected = 'value';
      at++;
      continue;
    }
    if (expected === 'next' && char === ',') {
      expected = open.at(-1) === '{' ? 'key' : 'value';
      at++;
      continue;
    }
    if ((char === '}' && expected !== 'valueOrEnd') || (char === ']' && expected !== 'keyOrEnd')) {
      const mayEnd = expected === 'next' || expected.endsWith('OrEnd');
      if (!mayEnd || !close(char === '}' ? '{' : '[')) return start;
      expected = open.length > 0 ? 'next' : 'nothing';
      at++;
      continue;
    }
    if (expected === 'next') return start;
    if (expected === 'key' || expected === 'keyOrEnd') {
      if (char !== '"') return start;
      const end = stringFault(text, start);
      if (end.fault !== undefined) return end.fault;
      at = end.next;
      expected = 'colon';
      continue;
    }
    if (char === '{' || char === '[') {
      open.push(char);
      expected = char === '{' ? 'keyOrEnd' : 'valueOrEnd';
      at++;
      continue;
    }
    const end = char === '"' ? stringFault(text, start) : scalarFault(text, start);
    if (end.fault !== undefined) return end.fault;
    at = end.next;
    expected = open.length > 0 ? 'next' : 'nothing';
  }
}

interface End {
  next: number;
  fault?: number;
}

function stringFault(text: string, start: number): End {
  const end = stringEnd(text, start);
  for (let at = start + 1; at < end; at++) {
    if (text.charCodeAt(at) < 0x20) return { next: end, fault: at };
    if (text[at] !== '\\') continue;
    const escaped = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6));
    if (!escaped) return { next: end, fault: at };
    at += escaped[0].length;
  }
  return end === text.length ? { next: end, fault: end } : { next: end + 1 };
}

const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

function scalarFault(text: string, start: number): End {
  scalar.lastIndex = start;
  return scalar.test(text) ? { next: scalar.lastIndex } : { next: start, fault: start };
}
