/** Sum of a metric over all its labels in Prometheus' text format, or over those that hold `label` (`result="late"`). */
export const metricSum = (text: string, name: string, label = ''): number =>
  [...text.matchAll(new RegExp(`^${name}\\{[^}]*${label}[^}]*\\} (\\S+)$`, 'gm'))].reduce(
    (total, [, value]) => total + Number(value),
    0,
  );
