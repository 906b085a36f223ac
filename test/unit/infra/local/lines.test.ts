import { describe, expect, test } from '@jest/globals';
import { formatProgress, type Progress } from '../../../../infra/local/progress';
import { formatStatus, formatUptime } from '../../../../infra/local/status';

describe('formatProgress', () => {
  const cases: { progress: Progress; line: string }[] = [
    {
      progress: { kind: 'ready', part: 'kafka', seconds: 2.345, address: '127.0.0.1:9092', pid: 1 },
      line: '  kafka       ready after   2.3 s   127.0.0.1:9092',
    },
    { progress: { kind: 'waiting', part: 'registry', seconds: 10.02 }, line: '  registry    not ready yet after 10 s' },
    { progress: { kind: 'already_running', part: 'load', pid: 42 }, line: '  load        runs already (process 42)' },
    {
      progress: { kind: 'stopped', part: 'load', seconds: 0.3, killed: false },
      line: '  load        stopped in   0.3 s',
    },
    {
      progress: { kind: 'stopped', part: 'load', seconds: 15, killed: true },
      line: '  load        stopped in  15.0 s (did not end by itself: killed)',
    },
    {
      progress: { kind: 'had_died', part: 'load', pid: 42 },
      line: '  load        had ended by itself (process 42): see its log',
    },
    {
      progress: { kind: 'set_up', step: 'topics', seconds: 0.5, detail: '5 topics' },
      line: '  topics      done in   0.5 s     5 topics',
    },
    { progress: { kind: 'note', text: 'unpacking' }, line: '  unpacking' },
  ];
  test.each(cases)('$progress.kind', ({ progress, line }) => {
    expect(formatProgress(progress)).toBe(line);
  });
});

test('formatStatus: one row a part, numbers to the right', () => {
  expect(
    formatStatus([
      { part: 'kafka', state: 'ready', address: '127.0.0.1:9092', pid: 12345, rssBytes: 253e6, uptimeSeconds: 70 },
      { part: 'ingest', state: 'died', address: 'http://127.0.0.1:8080', pid: 9 },
      { part: 'load', state: 'stopped', address: 'http://127.0.0.1:9103' },
    ]),
  ).toBe(
    [
      'part      pid  state    RSS MB  uptime  address',
      'kafka   12345  ready       253   1 min  127.0.0.1:9092',
      'ingest      9  died          -       -  http://127.0.0.1:8080',
      'load        -  stopped       -       -  http://127.0.0.1:9103',
    ].join('\n'),
  );
});

test.each([
  { seconds: 0.4, text: '0 s' },
  { seconds: 59.9, text: '59 s' },
  { seconds: 60, text: '1 min' },
  { seconds: 3_900, text: '1 h 05 min' },
  { seconds: 200_000, text: '2 d 7 h' },
])('formatUptime: $seconds s is $text', ({ seconds, text }) => {
  expect(formatUptime(seconds)).toBe(text);
});
