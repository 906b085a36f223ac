import { plain, ratio } from './service-entries';

const said = plain('customer_voice');
const unjudged = 'Empty where the source states none and the model says unknown.';

/** customer_voice: what customers say, hour by hour. */
export const voice = [
  said('hour', 'dimension', 'hour (UTC) of the event', 'Of when it was said, late events included.'),
  said('language', 'dimension', 'language of the text', 'As stated, else detected. Empty: no text, or unknown.'),
  said('intent', 'dimension', 'label of kind INTENT of the single event', unjudged),
  said('desire', 'dimension', 'label of kind DESIRE of the single event', unjudged),
  said('emotion_label', 'dimension', 'emotion of the customer', `${unjudged} Never of a worker or a bot.`),
  said(
    'emotion_model',
    'dimension',
    'who judged the emotion',
    'Scores of different models do not compare: keep them apart.',
  ),
  said(
    'events',
    'events',
    'count of customers’ events with a language, an emotion or a desire',
    'Actor CUSTOMER, or not named. Not messages only: a recording that a machine judged is one.',
  ),
  said(
    'scored',
    'events',
    'count of events with an emotion score',
    'Calm texts too, with a score near 0 and no label.',
  ),
  said('score_sum', 'score (-1 to 1)', 'sum of the scores', 'Add up within one emotion_model only.'),
  said('negative', 'events', 'count of scores below -0.25', 'Own threshold: mild displeasure is not counted.'),
  ratio('customer_voice')(
    'mean_score',
    'score (-1 to 1)',
    'score_sum',
    'scored',
    'Of what was judged, calm texts included.',
  ),
];

const judged = plain('text_models');

/** text_models: who judges texts, and how sure they are. Not how right: that needs labels (make evaluate). */
export const textModels = [
  judged('kind', 'dimension', 'intent, desire or emotion', 'Each text counts once a kind.'),
  judged('model', 'dimension', 'model or system that judged', 'Empty: unknown, nobody could tell.'),
  judged('language', 'dimension', 'language of the text', 'As stated, else detected.'),
  judged('texts', 'events', 'count of customers’ events with a language', 'Texts that were never read have none.'),
  judged('labels', 'labels', 'count of different labels', 'Over the whole range.'),
  judged('top_label', 'label', 'most frequent label', 'Ties: any of them.'),
  judged('top_texts', 'events', 'count of texts with top_label', '0 where nothing is known.'),
  judged('sure', 'events', 'count of confidences of at least 0.7', 'Confidences of different models do not compare.'),
  judged('with_confidence', 'events', 'count of stated confidences', 'Emotions carry none.'),
  judged('confidence_sum', 'confidence (0 to 1)', 'sum of stated confidences', 'Add up within one model only.'),
  ratio('text_models')(
    'mean_confidence',
    'confidence (0 to 1)',
    'confidence_sum',
    'with_confidence',
    'How sure, not how right.',
  ),
];
