import { newWebhookSecret, signedHeaders } from './signature';

// The example that the specification publishes.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const AT = new Date(1_614_265_330_000);
const BODY = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

it('signs as the specification says', () => {
  expect(signedHeaders([SECRET], ID, AT, BODY)).toEqual({
    'webhook-id': ID,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  });
});

it('signs with every secret', () => {
  const [first, second, ...more] = signedHeaders([newWebhookSecret(), SECRET], ID, AT, BODY)[
    'webhook-signature'
  ]!.split(' ');
  expect(first).toMatch(/^v1,[\w+/]{43}=$/);
  expect([second, more]).toEqual([SIGNATURE, []]);
});

it('makes secrets that nobody guesses and that are of the length that the specification asks for', () => {
  const secret = newWebhookSecret();
  expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
  expect(newWebhookSecret()).not.toBe(secret);
});
