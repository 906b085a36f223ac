import { describe, expect, test } from '@jest/globals';
import { readableText } from '../../../../services/ingest/sources/html-text';

describe('what a person reads of HTML', () => {
  test.each([
    ['no HTML', 'a  b\n', 'a  b\n'],
    ['an angle that opens nothing', '1 < 2', '1 < 2'],
    ['marks and entities', '<p>Hi <b>Ana</b> &amp; Bob</p><p>Bye</p>', 'Hi Ana & Bob\n\nBye'],
    ['a link without its address, no picture', '<a href="https://x.example/t">here</a><img src="y">', 'here'],
    ['nothing but marks', '<p></p>', undefined],
    ['no text', 5, '5'],
  ])('%s', (_name, html, text) => {
    expect(readableText(html)).toBe(text);
  });

  test.each([
    ['divisions in one another', '<div>'.repeat(200_000)],
    ['lists in one another', '<ul><li>x'.repeat(200_000)],
    ['tables in one another', '<table><tr><td>x'.repeat(200_000)],
    ['tags that never end', '<'.repeat(1_000_000)],
    ['blanks', `<p>${' '.repeat(1_000_000)}x`],
    ['as many as are read properly', '<ul><li>x'.repeat(1_490)],
  ])('%s do not hold up the process', (_name, html) => {
    const before = process.cpuUsage();
    readableText(html);
    const { user } = process.cpuUsage(before);
    expect(user / 1_000).toBeLessThan(1_500);
  });
});
