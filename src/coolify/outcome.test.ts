import { describe, expect, test } from 'vitest';
import { ALREADY_QUEUED, outcomeOf, outcomesOfTag } from './outcome.ts';

describe('outcomeOf', () => {
  test('a deployment that was queued has its id', () => {
    const message = 'Application web deployment queued.';
    expect(outcomeOf({ message, deployment_uuid: 'd1' })).toEqual({ queued: true, deploymentUuid: 'd1', message });
  });

  test('the id that Coolify makes up for a skipped one is not passed on', () => {
    const outcome = outcomeOf({ message: ALREADY_QUEUED, deployment_uuid: 'ghost' });
    expect(outcome).toEqual({ queued: false, reason: 'already_queued', message: ALREADY_QUEUED });
  });

  test.each([
    ['Service stack started. It could take a while, be patient.', 'started'],
    ['Database pg started.', 'started'],
    ['Pull request 7 not found for this resource.', 'not_started'],
    ['Unauthorized to deploy this application.', 'not_started'],
  ])('%s', (message, reason) => {
    expect(outcomeOf({ message })).toEqual({ queued: false, reason, message });
  });
});

describe('outcomesOfTag', () => {
  test('gives each message its id, by order', () => {
    const answer = {
      message: [
        'Application a deployment queued.',
        ALREADY_QUEUED,
        'Service s started. It could take a while, be patient.',
      ],
      details: [
        { resource_uuid: 'a', deployment_uuid: 'd1' },
        { resource_uuid: 'b', deployment_uuid: 'ghost' },
      ],
    };
    expect(outcomesOfTag(answer)).toMatchObject([
      { queued: true, deploymentUuid: 'd1', resourceUuid: 'a' },
      { queued: false, reason: 'already_queued', resourceUuid: 'b' },
      { queued: false, reason: 'started' },
    ]);
  });

  test('trusts no id where they do not match', () => {
    const answer = { message: ['Something new.'], details: [{ resource_uuid: 'a', deployment_uuid: 'd1' }] };
    expect(outcomesOfTag(answer)).toEqual([
      { queued: false, reason: 'unrecognised', message: 'Something new.', resourceUuid: 'a' },
    ]);
  });
});
