import { describe, expect, it } from 'vitest';
import { CoolifyError } from '../../coolify/error.ts';
import { refused } from './follow.ts';

describe('a refusal of Coolify', () => {
  it('is one that was answered: what no answer came to may have taken effect', () => {
    const lost = new CoolifyError({ kind: 'connection_lost_after_send', sent: 'maybe', message: 'no answer' });
    expect(refused(lost)).toBeUndefined();
    const broken = new CoolifyError({ kind: 'server_error', sent: 'answered', message: 'no', status: 500 });
    expect(refused(broken)).toBeUndefined();
    const no = new CoolifyError({ kind: 'invalid', sent: 'answered', message: 'no', status: 422 });
    expect(refused(no)).toMatchObject({ nothingDone: true });
  });
});
