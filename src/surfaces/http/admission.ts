import type { Admitted } from '../../gateway/gateway.ts';
import { HttpProblem } from './problem.ts';
import type { WrongKeys } from './wrongKeys.ts';

/** Who is behind a request, by its credential alone; undefined where it has none or a wrong one. */
export type Admit = (request: Request) => Admitted | undefined | Promise<Admitted | undefined>;

/** Lets in who has a key. Throws 401, or 403 where `X-Agent-Id` names another than the key is of. */
export async function admission(
  request: Request,
  address: string,
  admit: Admit,
  wrongKeys: WrongKeys,
): Promise<Admitted> {
  const admitted = await admit(request);
  const given = request.headers.has('authorization');
  if (!admitted && given) await wrongKeys.slowDown(address);
  if (!admitted) throw unauthenticated(given);
  const named = request.headers.get('x-agent-id');
  if (named !== null && !namesOf(admitted).includes(named))
    throw new HttpProblem(
      403,
      'not_allowed',
      'X-Agent-Id names another than this key is of.',
      'Leave it out: the key says who you are.',
    );
  return admitted;
}

/** The header may repeat who one is, and no more. */
const namesOf = ({ actor }: Admitted): string[] =>
  'id' in actor ? [actor.id, 'name' in actor ? actor.name : actor.id] : [actor.kind];

const unauthenticated = (given: boolean): HttpProblem =>
  new HttpProblem(
    401,
    'unauthenticated',
    given ? 'This key is not a valid one.' : 'A key is needed.',
    'Send it as Authorization: Bearer <key>.',
    { headers: { 'WWW-Authenticate': `Bearer realm="fairlead"${given ? ', error="invalid_token"' : ''}` } },
  );
