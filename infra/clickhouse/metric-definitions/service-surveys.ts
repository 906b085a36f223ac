import { own } from './definition';
import { plain, ratio } from './service-entries';

const number = plain('survey_scores');
const rate = ratio('survey_scores');
const share = 'share (0 to 1)';

/** survey_scores: a kind, scale, and agent, queue or channel. */
export const surveys = [
  number('survey_kind', 'dimension', 'kind of the question', 'A survey with questions of two kinds counts in both.'),
  number(
    'scale_min',
    'dimension',
    'worst answer possible',
    'As sent, else usual for the kind. Above scale_max where low is good, e.g. school marks.',
  ),
  number('scale_max', 'dimension', 'best answer possible', 'As sent, else usual for the kind.'),
  number(
    'group_value',
    'dimension',
    'agent, queue or channel of the last leg with an agent before the survey',
    'Of the contact or interaction that the survey names, else of the customer within 30 days; empty if none.',
  ),
  number(
    'invitations',
    'surveys',
    'count of surveys with survey.invited',
    'Reminders do not count. By time of invitation.',
  ),
  number(
    'invited_responses',
    'surveys',
    'count of invited surveys with a valid answer',
    'Answers more than 30 days after the range are not read.',
  ),
  rate(
    'response_rate',
    share,
    'invited_responses',
    'invitations',
    'Answers without an invitation are in neither: it cannot exceed 1.',
  ),
  number(
    'responses',
    'surveys',
    'count of surveys with a valid answer',
    'Of several answers to one survey the last counts.',
  ),
  number(
    'invalid_responses',
    'surveys',
    'count of answers outside their scale, or NPS on another scale than 0 to 10',
    'In no score. NPS on 1 to 10 is not NPS.',
  ),
  number('is_small_sample', 'yes or no', 'responses < 30', 'Do not rank agents by such rows.'),
  number(
    'positive',
    'surveys',
    'count of valid answers in the top boxes',
    'CSAT and FCR: top quarter of the scale (4 and 5 of 5). CES: top third (5 to 7 of 7). NPS: 9 and 10.',
  ),
  number('negative', 'surveys', 'count of NPS answers 0 to 6', '0 is an answer. 0 for other kinds.'),
  rate(
    'csat',
    share,
    'positive',
    'responses',
    'Top boxes: 4 and 5 of 5. Other scales alike by place on the scale. The mean is mean_score.',
    'CSAT, top two boxes of five',
  ),
  {
    ...rate(
      'nps',
      'points (-100 to 100)',
      'positive - negative',
      'responses',
      'Detractors are 0 to 6, of all responses. Passives (7, 8) only below the line.',
      'Net Promoter Score, 0 to 10',
    ),
    formula: '100 * (positive - negative) / responses',
  },
  rate(
    'ces',
    share,
    'positive',
    'responses',
    'Version 2: agreement that it was easy, 1 to 7; 5 to 7 count.',
    'Customer Effort Score, version 2',
  ),
  rate(
    'fcr_survey',
    share,
    'positive',
    'responses',
    'What customers say; the behaviour (no repeat) is another metric.',
  ),
  number('score_sum', 'points', 'sum of valid scores', 'On the scale of the row.'),
  rate('mean_score', 'points', 'score_sum', 'responses', 'Means of different scales do not compare.'),
];

const shift = plain('sentiment_shifts');
export const sentiment = [
  {
    ...shift(
      'sentiment_shift',
      'score (-1 to 1)',
      '(end_mean - begin_mean) / 2',
      'First and last third of the scores of one contact and one model, thirds rounded up. NULL with a single score. Never across models: their scores do not compare. The customer’s only.',
      'Genesys Cloud sentiment trend; thirds: own definition',
    ),
    numerator: 'end_mean - begin_mean',
    denominator: '2',
  },
  shift('begin_mean', 'score (-1 to 1)', 'begin_sum / third_count', 'Not weighted by time.', own),
  shift('end_mean', 'score (-1 to 1)', 'end_sum / third_count', 'Not weighted by time.', own),
];
