import { describe, expect, test } from '@jest/globals';
import { faultFromEngine, httpStatus, renderFault } from '../../../../infra/local/clickhouse/errors';

describe("the engine's errors", () => {
  const cases = [
    {
      text: 'Code: 60. DB::Exception: Table d.t does not exist. (UNKNOWN_TABLE)',
      code: 60,
      type: 'UNKNOWN_TABLE',
      message: 'Table d.t does not exist.',
    },
    {
      text: "Code: 115. DB::Exception: Code: 115. DB::Exception: Unknown setting 'x'. (UNKNOWN_SETTING) (version 26.7.2.1). (UNKNOWN_SETTING)",
      code: 115,
      type: 'UNKNOWN_SETTING',
      message: "Unknown setting 'x'.",
    },
    {
      text: 'Code: 27. DB::Exception: Code: 27. DB::Exception: Cannot parse (at row 2)\n: in file: parsed. (CANNOT_PARSE) (version 26.7.2.1). (CANNOT_PARSE)',
      code: 27,
      type: 'CANNOT_PARSE',
      message: 'Cannot parse (at row 2)\n: in file: parsed.',
    },
    { text: 'the addon is gone', code: 1002, type: 'UNKNOWN_EXCEPTION', message: 'the addon is gone' },
  ];
  test.each(cases)('$type', ({ text, ...expected }) => {
    expect(faultFromEngine(new Error(text))).toMatchObject(expected);
  });

  test('are told as a server tells them', () => {
    const fault = faultFromEngine(new Error('Code: 60. DB::Exception: No table. (UNKNOWN_TABLE)'));
    expect(renderFault(fault, '26.7')).toBe('Code: 60. DB::Exception: No table. (UNKNOWN_TABLE) (version 26.7)\n');
    expect(faultFromEngine(fault)).toBe(fault);
  });

  test.each([
    [62, 400],
    [60, 404],
    [115, 404],
    [516, 403],
    [48, 501],
    [159, 408],
    [164, 500],
    [202, 500],
    [395, 500],
  ])('code %i → status %i', (code, status) => expect(httpStatus(code)).toBe(status));
});
