import { define } from './define';
import { own } from './definition';

const zendesk = 'dbt_zendesk, one-touch resolution';
const freshservice = 'Freshservice, resolved without further customer interaction';

/** response_levels: a local day of start and channel. */
export const responseLevels = [
  ...define('response_levels', 'dimension', own, [
    ['day', 'day in time_zone of the start', 'A conversation belongs to the day it started, whenever it was answered.'],
  ]),
  ...define('response_levels', 'conversations', own, [
    [
      'asked',
      'answered + overdue + undecided',
      'Conversations in which the customer waited for people, from the first message or the bot’s handoff. Solved without a word: nobody waits.',
    ],
    [
      'with_bot',
      'count of unanswered with an event of a bot and no handoff',
      'The bot has them, or settled them: nobody waits for people. In no denominator.',
    ],
    [
      'answered',
      'count of conversations whose first wait was answered',
      'By a human, in public; bots and notes are none.',
    ],
    ['in_target', 'count of answered with first wait <= target_seconds', 'The target is inclusive.'],
    [
      'overdue',
      'count of unanswered that have waited longer than target_seconds',
      'By up_to, else by the watermark; 0 while there is neither.',
    ],
    ['undecided', 'count of unanswered that have not', 'Right-censored: in no denominator.'],
    [
      'business_in_target',
      'count of answered with first wait <= target_seconds of business time',
      'NULL if the schedule has no hours.',
    ],
    ['solved', 'count of conversations solved now (at up_to)', 'Reopened ones are not.'],
    [
      'one_touch',
      'count of solved with exactly one public message of a human agent',
      'What was solved without any is not one-touch.',
    ],
    ['one_request', 'count of solved in which the customer wrote at most once', 'However often the agent did.'],
  ]),
  ...define('response_levels', 'share (0 to 1)', own, [
    [
      'response_level',
      'in_target',
      'answered + overdue',
      'The service level of channels where nobody waits on the line; abandons do not exist there.',
    ],
    [
      'business_answer_level',
      'business_in_target',
      'answered',
      'Of the answered only: business time is measured at the answer.',
    ],
  ]),
  ...define('response_levels', 'share (0 to 1)', zendesk, [
    ['one_touch_rate', 'one_touch', 'solved', 'FCR as tickets tell it; behaviour is in repeat_contacts.'],
  ]),
  ...define('response_levels', 'share (0 to 1)', freshservice, [
    ['one_request_rate', 'one_request', 'solved', 'The other reading: what the customer had to add.'],
  ]),
];
