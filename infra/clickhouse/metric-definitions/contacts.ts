import { define } from './define';
import { type MetricDefinition, own } from './definition';

const window_rule =
  'Windows begin at the end of a contact (its last event, wrap-up included) and include their last moment. Only windows that have wholly elapsed by as_of count, so that recent days do not look better than they are. A contact that starts while the first is still open counts as following it.';
const known_people =
  'Customers known by a device or visitor id only are left out: what they do next cannot be seen. identity_coverage says how much is spoken of.';
export const money =
  'Currencies are never added. A leg without a stated cost and without a rate has no cost: unknown is not 0.';
export const journey_rule =
  'A journey is the sessions of one customer (with scope intent, order or case: of the same one) with gaps of at most window_days; it belongs to the day it starts, whole. At most 200 legs of a session.';

const behavioural = 'behavioural FCR: Genesys next contact avoidance (from wrap-up, any intent); no standard';

const net = 'Medallia, net FCR: resolved first / (contacts - not resolvable at level 1)';

const repeats: MetricDefinition[] = [
  ...define('repeat_contacts', 'contacts', own, [
    [
      'contacts',
      'inbound contacts that started that day',
      'A contact is a chain of legs: transfers, callbacks and reconnects are not contacts of their own. Visits to site or app are no contacts. Direction UNKNOWN counts as inbound.',
    ],
    [
      'excluded_outbound',
      'contacts begun by the organisation or among colleagues',
      'They are not repeated and do not repeat.',
    ],
    [
      'excluded_never_engaged',
      'dealings in which the customer did nothing',
      'Hung up in the voice menu within 5 s, a bot that nobody answered.',
    ],
    ['identified', 'inbound contacts of customers who are not anonymous', known_people],
    [
      'measured',
      'identified inbound contacts whose window has elapsed',
      `${window_rule} With intent_scope same (order) only contacts with an intent (order).`,
    ],
    [
      'repeated',
      'measured contacts followed by an inbound contact of the same customer within window_days',
      'With intent_scope or channel_scope same only by one of the same intent, order or first channel.',
    ],
    ['measured_answered', 'measured contacts that an agent answered', 'Abandoned contacts are in measured, not here.'],
    ['repeated_answered', 'repeated contacts among measured_answered', window_rule],
  ]),
  ...define('repeat_contacts', 'share', own, [
    ['identity_coverage', 'identified', 'contacts', 'Print it beside every repeat rate.'],
  ]),
  ...define('repeat_contacts', 'share', behavioural, [
    ['repeat_contact_rate', 'repeated', 'measured', window_rule],
    [
      'fcr',
      'measured - repeated',
      'measured',
      'First contact resolution by behaviour: nobody came back. Says nothing of those who gave up; survey FCR is another metric.',
    ],
    [
      'fcr_answered',
      'measured_answered - repeated_answered',
      'measured_answered',
      'FCR of contacts that reached an agent.',
    ],
  ]),
  ...define('repeat_contacts', 'contacts', net, [
    [
      'beyond_level_1',
      'measured_answered that ended DEFERRED or ESCALATED',
      'By the outcome of the contact: handed to the back office or another level, or put off.',
    ],
    [
      'resolved_first',
      'the other measured_answered that were not repeated',
      'Within window_days and the scopes asked for.',
    ],
  ]),
  ...define('repeat_contacts', 'share (0 to 1)', net, [
    [
      'net_fcr',
      'resolved_first',
      'measured_answered - beyond_level_1',
      'FCR of what the first level could resolve. NULL where that is nothing.',
    ],
  ]),
];

const industry = 'industry form (Voxgen, ASAPP)';

const selfService: MetricDefinition[] = [
  ...define('containment', 'sessions', own, [
    [
      'self_service_sessions',
      'contacts and visits that begin in self-service (bot, voice menu, site, app), engaged, not begun by the organisation',
      'People first and a bot afterwards is no self-service session. Rows of WEB and APP are visits.',
    ],
    [
      'excluded_never_engaged',
      'bounces: the customer did nothing',
      'One page seen, hung up in the menu within 5 s, no message to the bot. Opening a bot is no engagement.',
    ],
    [
      'excluded_proactive',
      'begun by the organisation',
      'Direction OUTBOUND or INTERNAL of the first leg that states one.',
    ],
    [
      'contained_technical',
      'self_service_sessions without queue or people in the same contact',
      'A hang-up is contained too: see contained_functional and true_contained.',
    ],
    [
      'contained_functional',
      'contained_technical with a goal or outcome SUCCESS',
      'Needs sources that state goals or outcomes.',
    ],
    ['measured', 'identified self_service_sessions whose window has elapsed', `${window_rule} ${known_people}`],
    [
      'true_contained',
      'measured, contained, and with a goal or SUCCESS or not followed by an inbound contact on any channel within window_hours',
      window_rule,
    ],
    [
      'measured_with_intent',
      'measured with the wish to make contact',
      'Every bot talk and call is one; a visit needs a signal: contact page, help article or search.',
    ],
    [
      'deflected',
      'measured_with_intent that reached no queue and no people, in the contact or in another within window_hours',
      'A mail that nobody has taken yet is no people.',
    ],
    ['leaked', 'measured_with_intent - deflected', 'By channel in escalation_leaks.'],
  ]),
  ...define('containment', 'share', industry, [
    [
      'containment',
      'contained_technical',
      'self_service_sessions',
      'Technical containment: a customer who gave up is contained. Never engaged and proactive sessions are in neither.',
    ],
    [
      'functional_containment',
      'contained_functional',
      'self_service_sessions',
      'What was wanted was done, as far as sources say.',
    ],
  ]),
  ...define('containment', 'share', own, [
    [
      'identity_coverage',
      'identified self_service_sessions',
      'self_service_sessions',
      'The share that true containment and deflection speak of.',
    ],
    ['true_containment', 'true_contained', 'measured', window_rule],
    ['deflection', 'deflected', 'measured_with_intent', window_rule],
  ]),
  ...define('escalation_leaks', 'dimension', own, [
    [
      'leaked_to',
      'channel on which people or a queue were first reached',
      'Empty: none within the window (deflected).',
    ],
    [
      'within_contact',
      'whether that was in the same contact',
      'True: a hand-over. False: another contact within the window.',
    ],
  ]),
  ...define('escalation_leaks', 'sessions', own, [
    [
      'sessions',
      'measured_with_intent of containment by where they went',
      'Adds up over rows to measured_with_intent.',
    ],
  ]),
  ...define('durable_resolution', 'dimension', own, [
    [
      'resolved_by',
      'bot, human, customer, timeout, automation or operator',
      'Exactly one: by the last leg that says something, as its source states, else after who served a SUCCESS. A bot that says resolved before people take over has not resolved it.',
    ],
    [
      'autonomous',
      'bot, automation or customer, with no queue, people or back-office work in the contact',
      'Hand-over and autonomous resolution exclude each other.',
    ],
  ]),
  ...define('durable_resolution', 'contacts', own, [
    [
      'closed',
      'contacts and visits closed by that',
      'A timeout or an operator closing is a closing, no resolution by the bot.',
    ],
    ['measured', 'closed ones of identified customers whose window has elapsed', `${window_rule} ${known_people}`],
    [
      'durable',
      'measured not followed by an inbound contact within window_days',
      'A call in the same session ten minutes later follows too. Visits do not.',
    ],
  ]),
  ...define('durable_resolution', 'share', own, [
    [
      'durable_resolution_rate',
      'durable',
      'measured',
      'Durable resolution as usually meant: the rows with autonomous, summed.',
    ],
  ]),
];

const cost: MetricDefinition[] = [
  ...define('cost_per_contact', 'dimension', own, [
    [
      'kind',
      'ASSISTED, SELF_SERVICE or DIRECT, the first that applies',
      'ASSISTED: reached a queue or people. SELF_SERVICE: bot or menu only. DIRECT: taken by nobody yet.',
    ],
    ['currency', 'ISO 4217 currency of the cost', 'Empty where no cost is known.'],
  ]),
  ...define('cost_per_contact', 'contacts', own, [
    [
      'contacts',
      'contacts of the day, channel and kind',
      'The same in each row of a currency: do not add it up over currencies.',
    ],
    ['contacts_with_cost', 'those with a known cost in the currency', money],
  ]),
  ...define('cost_per_contact', 'minor units', own, [
    [
      'cost_minor',
      'costs that sources state + rate_card by minute, contact and message',
      `${money} Each leg is rounded half up.`,
    ],
    ['cost_per_contact_minor', 'cost_minor', 'contacts_with_cost', money],
  ]),
  ...define('cost_per_resolution', 'dimension', own, [
    ['currency', 'ISO 4217 currency of the cost', 'Empty where no cost is known.'],
  ]),
  ...define('cost_per_resolution', 'journeys', own, [
    ['elapsed', 'journeys whose end lies window_days before as_of', journey_rule],
    [
      'durably_resolved',
      'elapsed with outcome SUCCESS',
      'Nobody came back within the window: the customer has no session in it by the definition of a journey.',
    ],
    ['with_cost', 'elapsed with a known cost in the currency', money],
    ['resolved_with_cost', 'durably_resolved with a known cost in the currency', money],
  ]),
  ...define('cost_per_resolution', 'minor units', own, [
    ['cost_minor', 'cost of all legs of all elapsed journeys, resolved or not', money],
    ['resolved_cost_minor', 'cost of all legs of those durably resolved', money],
    [
      'cost_per_resolution_minor',
      'cost_minor',
      'resolved_with_cost',
      'What went into journeys that failed is paid for too. Cases that come back within the window are no resolution.',
    ],
  ]),
  ...define('contact_rate', 'orders', own, [
    [
      'orders',
      'distinct orders placed that day',
      'order.placed told by channel and shop within a day is one order; one without order_id is an order of its own.',
    ],
    ['keyed_orders', 'those with an order_id', 'Only they can be matched with contacts.'],
    ['measured_orders', 'keyed_orders whose window_days have elapsed by as_of', 'Right-censored like repeats.'],
    ['contacted_orders', 'measured_orders with a contact about them', 'At least one of order_contacts.'],
  ]),
  ...define('contact_rate', 'contacts', own, [
    [
      'order_contacts',
      'inbound contacts that name a measured order and start after it was placed, within window_days',
      'The contact in which the order was placed is not about it. Whoever contacts: the order joins, not the customer.',
    ],
    ['period_contacts', 'all inbound contacts that started that day', 'Whatever they are about.'],
    [
      'period_contacts_with_order',
      'those that name any order',
      'Where it is 0 contacts do not name orders, and contacts_per_order says nothing.',
    ],
  ]),
  ...define('contact_rate', 'contacts per order', own, [
    [
      'contacts_per_order',
      'order_contacts',
      'measured_orders',
      'Needs contacts that name the order. The window of a cohort of orders, not of a period.',
    ],
    ['contact_rate_by_period', 'period_contacts', 'orders', 'For sources whose contacts name no order. Can exceed 1.'],
  ]),
  ...define('contact_rate', 'share', own, [
    ['contacted_order_rate', 'contacted_orders', 'measured_orders', 'Orders that made anybody ask.'],
  ]),
];

/** Contacts, self-service and cost: migrations 0017 to 0019, and cost_per_resolution. */
export const contacts: MetricDefinition[] = [...repeats, ...selfService, ...cost];
