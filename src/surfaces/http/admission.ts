import type { Admitted } from '../../gateway/gateway.ts';
import { HttpProblem } from './problem.ts';
import type { WrongKeys } from './wrongKeys.ts';

/** What a request shows of who sent it. */
export interface Credential {
  /** As it stands after `Authorization: Bearer`. */
  key: string;
  /** The address it came from. */
  address: string;
}

/** Who is behind a key; undefined where it is none of ours. Compares in constant time. */
export type Admit = (credential: Credential) => Admitted | undefined | Promise<Admitted | undefined>;

/** Lets in who has a key. Throws 401, or 403 where `X-Agent-Id` names another than the key is of. */
export async function admission(
  request: Request,
  address: string,
  admit: Admit,
  wrongKeys: WrongKeys,
): Promise<Admitted> {
  const key = keyIn(request);
  if (key === undefined) throw unauthenticated('A key is needed.');
  const admitted = await admit({ key, address });
  if (!admitted) {
    await wrongKeys.slowDown(address);
    throw unauthenticated('This key is not a valid one.', ', error="invalid_token"');
  }
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

/** The key of a request that is well-formed enough to hold one. */
export const keyIn = ({ headers }: Request): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1];

/** The header may repeat who one is, and no more. */
const namesOf = ({ actor }: Admitted): string[] =>
  'id' in actor ? [actor.id, 'name' in actor ? actor.name : actor.id] : [actor.kind];

const unauthenticated = (message: string, more = ''): HttpProblem =>
  new HttpProblem(401, 'unauthenticated', message, 'Send it as Authorization: Bearer <key>.', {
    headers: { 'WWW-Authenticate': `Bearer realm="fairlead"${more}` },
  });
