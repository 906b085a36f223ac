/**
 * One colour for each channel and outcome, in every dashboard and in the report. Hues are those of Okabe and Ito, which
 * people with the common kinds of colour-blindness tell apart; rarer channels take another shade of a relative's hue.
 */
const hues = {
  blue: '#0072B2',
  orange: '#E69F00',
  green: '#009E73',
  purple: '#CC79A7',
  sky: '#56B4E9',
  vermilion: '#D55E00',
  yellow: '#F0E442',
  grey: '#BDBDBD',
} as const;

export const channelColours = {
  VOICE: hues.blue,
  CHAT: hues.orange,
  WEB: hues.green,
  EMAIL: hues.purple,
  APP: hues.sky,
  MESSAGING: hues.vermilion,
  SMS: hues.yellow,
  TASK: hues.grey,
  VIDEO: '#00446B',
  SOCIAL_PRIVATE: '#8A3D00',
  SOCIAL_PUBLIC: '#8C4A6B',
  IN_PERSON: '#006B4E',
  POSTAL: '#FFDCAE',
  REVIEW: '#F7F0A0',
  UNKNOWN: '#4D4D4D',
} as const satisfies Record<string, string>;

export const outcomeColours = {
  SUCCESS: hues.green,
  PARTIAL: hues.sky,
  FAILURE: hues.vermilion,
  ABANDONED: hues.orange,
  ESCALATED: hues.purple,
  DEFERRED: hues.blue,
  NEUTRAL: hues.grey,
  UNKNOWN: '#4D4D4D',
} as const satisfies Record<string, string>;

/** For what is neither: series in order. */
export const seriesColours = [
  hues.blue,
  hues.orange,
  hues.green,
  hues.vermilion,
  hues.purple,
  hues.sky,
  hues.yellow,
  hues.grey,
] as const;

export const good = hues.blue;
export const bad = hues.vermilion;
