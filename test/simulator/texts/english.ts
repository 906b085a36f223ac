import type { Phrases } from './texts';

/** What people and the organisation write in English. */
export const english: Phrases = {
  opening: {
    billing_question: [
      'Hi, my last bill is {amount} higher than usual. What is the extra charge for?',
      'I was charged twice this month, can you explain the second line on invoice {order}?',
      'Could somebody tell me why the total went up to {amount}?',
    ],
    payment_failed: [
      'My card keeps being declined on your page although the bank says all is fine.',
      'Payment of {amount} failed three times. Is the money gone or not?',
    ],
    delivery_status: [
      'Where is my parcel? Order {order} should have been here on Tuesday.',
      'Tracking for {order} has not moved since Friday.',
      'The driver marked {order} as delivered but there is nothing at my door.',
    ],
    order_change: [
      'Can I still change the delivery address of order {order}?',
      'I picked the wrong size on {order}, please swap it before it ships.',
    ],
    return_refund: [
      'I sent {order} back two weeks ago and still wait for {amount}.',
      'How do I return an item? The label from the web site does not print.',
    ],
    technical_problem: [
      'The internet has been down since this morning, the red light keeps blinking.',
      'The app closes by itself as soon as I open my account.',
      'Third evening in a row without a connection.',
    ],
    password_reset: ['I cannot log in, the reset mail never arrives.', 'Locked out after three tries, please help.'],
    plan_upgrade: [
      'I keep running out of data, what would the bigger plan cost me?',
      'Is there a better offer for somebody who has been with you for six years?',
    ],
    new_purchase: [
      'Do you have the new model in stock and can I pay in parts?',
      'I would like to add a second line for my daughter.',
    ],
    cancel_contract: [
      'I want to cancel at the end of the month. What do I have to do?',
      'A competitor offers me the same for {amount} less, so I am leaving.',
    ],
    complaint: [
      'Nobody called me back as promised. This is the fourth time I explain my problem.',
      'I am very disappointed with how order {order} was handled.',
    ],
    address_change: ['We are moving on the 15th, please update my address.', 'How can I change where my bills go to?'],
  },
  angry: [
    'This is ridiculous, I have been waiting for an hour!',
    'Your bot does not understand a single word.',
    'I will not repeat all of it again. Get me a person.',
    'Worst service I have ever had.',
  ],
  pleased: [
    'Great, that was quick. Thank you!',
    'Perfect, it works now.',
    'Thanks {name}, you have been really helpful.',
    'Brilliant, that is exactly what I needed.',
  ],
  neutral: ['Okay.', 'Yes, that is the one.', 'The number is {order}.', 'Could you check again, please?'],
  agent: [
    'Good day, I am looking into order {order} for you.',
    'Thank you for your patience. I have corrected the amount.',
    'I have sent you the form; it takes two minutes.',
    'I understand, let me see what I can do.',
  ],
  bot: [
    'Hello, I am the virtual assistant. What can I do for you?',
    'I did not quite get that. Could you say it in other words?',
    'Here is the article that answers most questions about this.',
  ],
  publicPost: [
    'Anyone else without a connection tonight? No answer from support.',
    'Two stars: good product, hopeless after-sales service.',
    'Shout-out to the team who sorted out my delivery in ten minutes.',
  ],
  praise: [
    'I love how quickly this was solved, thank you so much!',
    'Very friendly lady on the phone, she fixed everything in five minutes.',
    'Nothing to complain about, the refund arrived the next day.',
    'Great service, I would happily buy from you again.',
  ],
  criticism: [
    'I am furious, nobody ever called me back. I want my money back.',
    'Not good at all. I had to explain everything four times and I am still without internet.',
    'Your bot is useless, just let me talk to a real person!',
    'I am sad to say it, but after six years I will cancel my contract.',
    'I am worried that my card was charged twice and nobody can tell me.',
  ],
};
