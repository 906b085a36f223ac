import { describe, expect, test } from '@jest/globals';
import { type Audit, auditComparison, renderAudit } from '../../../../infra/tools/report/audit';
import { differs } from '../../../../infra/tools/report/compare';

const late = { reason: 'late_unrepaired', sessions: 3, absent: 1, example: 's1 of c1: expected …; found nothing' };
const surplus = { reason: 'surplus', sessions: 1, absent: 0, example: 's2 of c1: expected nothing; found …' };
const missing = { reason: 'missing', sessions: 2, absent: 2, example: 's3 of c1: expected …; found nothing' };

describe('the audit in the report', () => {
  test('says in one line that all is as found', () => {
    const audit: Audit = { found: 16_105, findings: [] };
    expect(auditComparison(audit)).toEqual({ figure: 'sessions recomputed in SQL', agree: 16_105, of: 16_105 });
    expect(renderAudit(audit)).toContain('16,105 sessions recomputed from interactions, all as found');
    expect(renderAudit(audit)).not.toContain('differ');
  });

  test.each([
    ['late events that wait', [late], 98, 101],
    ['a session too many', [surplus], 99, 100],
    ['sessions that are not there', [missing], 100, 102],
    ['all of it', [late, missing, surplus], 97, 103],
  ])('%s are a difference, with count and example', (_name, findings, agree, of) => {
    const audit: Audit = { found: 100, findings };
    const comparison = auditComparison(audit);
    expect(comparison).toMatchObject({ agree, of });
    expect(differs(comparison)).toBe(true);
    const text = renderAudit(audit);
    for (const { reason, sessions, example } of findings) {
      expect(text).toMatch(new RegExp(`${reason} +${sessions}  [a-z]`));
      expect(text).toContain(example);
    }
    expect(text).toContain(`${agree} of ${of} sessions recomputed from interactions as found: the figures differ`);
  });

  test('where there is nothing, sessions that should be there are a difference', () => {
    expect(differs(auditComparison({ found: 0, findings: [missing] }))).toBe(true);
  });
});
