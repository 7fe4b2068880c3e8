import type { JsonObject } from '../json.ts';
import type { Team, Token } from '../state/rows.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import type { Operation } from './coolifyRoutes.ts';

/** One request that has passed the token, the switch and the abilities. */
export interface Call {
  readonly world: World;
  /** `{uuid}` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: JsonObject;
  /** Body over query, trimmed, empty strings made null: Laravel's `$request->all()`. */
  readonly input: JsonObject;
  /** The header as it came, for the one operation that has tokens of its own. */
  readonly authorization: string | undefined;
  readonly token: Token;
  readonly team: Team;
  /** May it see secrets: root or `read:sensitive`, of an owner or admin. */
  readonly sensitive: boolean;
  /** Coolify's `validateIncomingRequest`; throws its 400. Handlers call it where Coolify does: before or after looking things up. */
  requireJson(): void;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** A group of routes: which operation is answered by what. Handlers of routes without ability get a call without token. */
export type Routes = Partial<Record<Operation, Handler>>;
