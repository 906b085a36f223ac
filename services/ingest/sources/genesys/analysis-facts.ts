import type { SentIdentity } from '../identities';
import type { VendorRecord } from '../record';
import { Facts, type Sent } from '../record-facts';
import type { Course } from './conversation';
import { system } from './names';
import { lastOf } from './sessions';

/** Bounds of Genesys' sentiment score. */
const sentiment = { min: -100, max: 100 };

/** What others found out about the conversation: sentiment, surveys, quality evaluations. None of it is part of sessions. */
export function addAnalysisFacts(
  conversation: VendorRecord,
  { sessions, factsOf }: Course,
  identities: readonly SentIdentity[],
): Sent[] {
  const id = conversation.text('conversationId') ?? '';
  const [leg] = sessions.filter(({ side }) => side === 'agent' || side === 'queue').slice(-1);
  for (const session of sessions) {
    for (const metric of session.record.list('metrics')) {
      if (metric.text('name') !== 'oSentimentScore') continue;
      const at = metric.time('emitDate');
      const raw = metric.number('value');
      if (raw === undefined || raw < sentiment.min || raw > sentiment.max) continue;
      factsOf(session).add(`${session.id}/sentiment/${at}`, 'analysis.completed', at, {
        emotion: { score: raw / sentiment.max, raw, raw_min: sentiment.min, raw_max: sentiment.max, model: system },
      });
    }
  }
  const channel = (leg ?? sessions[0])?.medium.channel;
  if (!channel) return [];
  const interaction_id = leg ? factsLeg(leg, factsOf) : undefined;
  const answers = new Facts(system, undefined, { channel, contact_id: id, interaction_id, identities });
  for (const survey of conversation.list('surveys')) addSurvey(id, survey, answers);
  const staff = new Facts(system, undefined, { channel, contact_id: id, interaction_id });
  for (const evaluation of conversation.list('evaluations')) addEvaluation(id, evaluation, staff, endOfTalk(sessions));
  return [...answers.events, ...staff.events];
}

const factsLeg = (leg: Course['sessions'][number], factsOf: Course['factsOf']): unknown =>
  factsOf(leg).events[0]?.interaction_id;

const endOfTalk = (sessions: Course['sessions']): number | undefined => {
  const last = sessions.at(-1);
  return last && lastOf(last).end;
};

/** Promoter questions are answered 0 to 10; the form's total is a share of its points. */
function addSurvey(id: string, survey: VendorRecord, facts: Facts): void {
  const at = survey.time('surveyCompletedDate') ?? survey.time('eventTime');
  const surveyId = survey.text('surveyId') ?? survey.text('surveyFormId') ?? '';
  const promoter = survey.number('surveyPromoterScore');
  const total = survey.number('oSurveyTotalScore');
  if (promoter !== undefined) {
    facts.add(`${id}/survey/${surveyId}/nps`, 'survey.answered', at, {
      survey: { kind: 'NPS', score: promoter, scale_min: 0, scale_max: 10 },
    });
  }
  if (total !== undefined) {
    facts.add(`${id}/survey/${surveyId}/total`, 'survey.answered', at, {
      survey: { kind: 'CSAT', score: total, scale_min: 0, scale_max: 100 },
    });
  }
}

/** An evaluation is about the agent: a staff event, which names no customer. */
function addEvaluation(id: string, evaluation: VendorRecord, facts: Facts, ended: number | undefined): void {
  const agent = evaluation.text('userId');
  const score_pct = evaluation.number('oTotalScore');
  if (agent === undefined || score_pct === undefined || evaluation.value('deleted') === true) return;
  const at = evaluation.time('releaseDate') ?? evaluation.time('eventTime') ?? ended;
  facts.add(`${id}/evaluation/${evaluation.text('evaluationId') ?? ''}`, 'quality.evaluated', at, {
    actor: { type: 'AGENT', id: agent },
    quality: {
      form: evaluation.text('formName') ?? evaluation.text('formId'),
      score_pct,
      evaluator: evaluation.text('evaluatorId'),
    },
  });
}
