import { plain } from './service-entries';

/** What both views of the backlog show. */
const stock = (view: string) => {
  const number = plain(view);
  return [
    number(
      'open_cases',
      'cases',
      'opened + reopened - solved, of all time before',
      'By status, so a solution told twice counts once. Cases without any event for 400 days are not known.',
    ),
    number(
      'age_under_1d',
      'cases',
      'open cases opened less than 24 h before',
      'Age is from the opening, whatever was reopened since.',
    ),
    number(
      'age_1d_to_3d',
      'cases',
      'open cases opened 24 h to less than 72 h before',
      'The border belongs to the older bucket.',
    ),
    number(
      'age_3d_to_7d',
      'cases',
      'open cases opened 3 to less than 7 × 24 h before',
      'The border belongs to the older bucket.',
    ),
    number(
      'age_7d_to_30d',
      'cases',
      'open cases opened 7 to less than 30 × 24 h before',
      'The border belongs to the older bucket.',
    ),
    number('age_over_30d', 'cases', 'open cases opened 30 × 24 h before or earlier', 'The border belongs to it.'),
    number(
      'oldest_open_age_ms',
      'ms',
      'time - opening of the oldest open case',
      'Not less for a case that was solved in between.',
    ),
  ];
};

const at = plain('backlog');
const daily = plain('backlog_daily');

/** backlog at a time, backlog_daily at each local midnight. */
export const backlog = [
  at('class', 'dimension', 'class of the status by case_status_classes', 'A status that is not there changes nothing.'),
  at('oldest_opened_at', 'time', 'opening of the oldest open case', 'Its first event in the 400 days before.'),
  ...stock('backlog'),
  daily('day', 'dimension', 'day in time_zone', 'Only days that have ended, by to and by the watermark.'),
  daily(
    'snapshot_at',
    'time',
    'midnight that ends the day',
    'Zendesk takes its snapshot in the 23rd hour: its figures differ.',
  ),
  daily(
    'opened',
    'cases',
    'cases whose first event is on the day',
    'A case that is only told as solved is opened and solved at once.',
  ),
  daily(
    'reopened',
    'reopenings',
    'changes from SOLVED to anything else on the day',
    'The day before + opened + reopened - solved is open_cases.',
  ),
  daily('solved', 'solutions', 'changes to SOLVED on the day', 'Solved, then closed, is one.'),
  ...stock('backlog_daily'),
];
