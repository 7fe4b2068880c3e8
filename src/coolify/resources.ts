import { z } from 'zod';
import { get } from './endpoint.ts';
import { row } from './projects.ts';

const resource = z.looseObject({
  ...row.shape,
  /** `application`, `service`, or a database's own: `standalone-postgresql`. */
  type: z.string(),
});
export type Resource = z.output<typeof resource>;

export const resources = {
  /** Every application, database and service of the team as raw rows: dear. For names and states see `servers.allResources`. */
  list: get('/resources').answers(z.array(resource)),
};
