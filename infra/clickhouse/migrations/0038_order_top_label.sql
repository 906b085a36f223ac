-- text_models of 0037, but for top_label: of labels given equally often it named any, now the first in the alphabet.
CREATE OR REPLACE VIEW text_models
(
  kind LowCardinality(String) COMMENT 'What is judged: intent, desire or emotion.',
  model LowCardinality(String) COMMENT 'Model or system that judged; empty where nobody could tell: it is unknown.',
  language LowCardinality(String) COMMENT 'Language of the text; empty if unknown.',
  texts UInt64 COMMENT 'Texts of customers.',
  labels UInt64 COMMENT 'Different labels given.',
  top_label LowCardinality(String) COMMENT 'The most frequent of them, the first in the alphabet of equals; empty if none.',
  top_texts UInt64 COMMENT 'Texts with it: a model that says one thing of everything shows here.',
  sure UInt64 COMMENT 'Texts with a stated confidence of at least 0.7. Emotions carry none.',
  with_confidence UInt64 COMMENT 'Texts with a stated confidence.',
  confidence_sum Float64 COMMENT 'Sum of the stated confidences.',
  mean_confidence Nullable(Float64) COMMENT 'confidence_sum / with_confidence; NULL if none is stated.'
)
AS SELECT
  kind, model, language,
  sum(n) AS texts,
  countIf(label != '') AS labels,
  if(labels = 0, '', argMin(label, (label = '', -toInt64(n), label))) AS top_label,
  maxIf(n, label != '') AS top_texts,
  sum(sure_n) AS sure,
  sum(stated_n) AS with_confidence,
  sum(confidences) AS confidence_sum,
  if(with_confidence = 0, NULL, confidence_sum / with_confidence) AS mean_confidence
FROM
(
  SELECT
    judged.1 AS kind, judged.2 AS label, if(judged.2 = '', '', judged.3) AS model, event.language AS language,
    count() AS n,
    countIf(judged.4 >= 0.7) AS sure_n,
    countIf(judged.4 IS NOT NULL) AS stated_n,
    sum(ifNull(judged.4, 0)) AS confidences
  FROM interactions AS event
  ARRAY JOIN [
    tuple('intent', toString(event.intent), toString(event.intent_model), event.intent_confidence),
    tuple('desire', toString(event.desire), toString(event.desire_model), event.desire_confidence),
    tuple('emotion', toString(event.emotion_label), toString(event.emotion_model), CAST(NULL, 'Nullable(Float64)'))
  ] AS judged
  WHERE event.occurred_at >= {from:DateTime64(3, 'UTC')} AND event.occurred_at < {to:DateTime64(3, 'UTC')}
    AND event.actor_type IN ('CUSTOMER', 'UNKNOWN') AND event.customer_id != '' AND event.language != ''
  GROUP BY kind, label, model, language
)
GROUP BY kind, model, language
COMMENT 'How sure those are who judge what customers write, and how much stays unknown, by kind, model and language: text_models(from = …, to = …).';
