import { fault } from './errors';
import { utf8 } from './tokens';

/**
 * The text parts of a multipart/form-data body, in which client libraries send long bound parameters. `body` is decoded
 * as latin1, names and values come back as UTF-8. A part that is a file (an external table on a server) is refused.
 */
export function readForm(contentType: string, body: string): Map<string, string> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const parts = new Map<string, string>();
  if (boundary === null) throw fault('NOT_IMPLEMENTED', 'multipart/form-data without a boundary');
  const delimiter = `\r\n--${boundary[1] ?? boundary[2]}`;
  // Each piece is "\r\n<headers>\r\n\r\n<value>"; the first is before the first delimiter, the last begins with "--".
  for (const piece of `\r\n${body}`.split(delimiter).slice(1, -1)) {
    const gap = piece.indexOf('\r\n\r\n');
    const head = piece.slice(0, gap);
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    if (/\bfilename\*?=/i.test(head)) {
      throw fault('NOT_IMPLEMENTED', 'External tables (files in multipart/form-data) are not supported here');
    }
    if (gap >= 0 && name !== undefined) parts.set(utf8(name), utf8(piece.slice(gap + 4)));
  }
  return parts;
}
