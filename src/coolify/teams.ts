import { z } from 'zod';
import { get } from './endpoint.ts';

export const team = z.looseObject({
  id: z.number(),
  name: z.string(),
  description: z.string().nullish(),
  personal_team: z.boolean().nullish(),
});
export type Team = z.output<typeof team>;

const member = z.looseObject({ id: z.number(), name: z.string(), email: z.string().nullish() });
export type Member = z.output<typeof member>;

/** A token sees its own team and no other. */
export const teams = {
  list: get('/teams').answers(z.array(team)),
  get: get('/teams/{id:int}').answers(team),
  members: get('/teams/{id:int}/members').answers(z.array(member)),
  /** The token's team. This older path is there in every version; `/team` came with 4.3. */
  current: get('/teams/current').answers(team),
  currentMembers: get('/teams/current/members').answers(z.array(member)),
};
