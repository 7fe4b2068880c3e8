import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { created, message } from './message.ts';
import { team } from './teams.ts';

/** The project as it stands inside an application, a database or a service. */
const nestedProject = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  team: team.nullish(),
});

export const environment = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  project_id: z.number().nullish(),
  project: nestedProject.nullish(),
});
export type Environment = z.output<typeof environment>;

const project = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  /** Only in the single record. */
  environments: z.array(environment).optional(),
});
export type Project = z.output<typeof project>;

/** A resource as it stands in a list of several kinds: the raw row. */
export const row = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  status: z.string().nullish(),
});

const environmentWithResources = z.looseObject({
  ...environment.shape,
  applications: z.array(row).optional(),
  services: z.array(row).optional(),
  postgresqls: z.array(row).optional(),
  mysqls: z.array(row).optional(),
  mariadbs: z.array(row).optional(),
  mongodbs: z.array(row).optional(),
  redis: z.array(row).optional(),
});

interface Naming {
  name?: string;
  description?: string | null;
}

export const projects = {
  list: get('/projects').answers(z.array(project)),
  get: get('/projects/{uuid}').answers(project),
  /** Makes the environment `production` too. A name may be taken twice; 3 to 255 characters. */
  create: post('/projects').body<Naming & { name: string }>().answers(created),
  update: patch('/projects/{uuid}').body<Naming>().answers(project),
  /** Refused with 400 while anything is in it. */
  delete: del('/projects/{uuid}').answers(message),
  environments: get('/projects/{uuid}/environments').answers(z.array(environment)),
  /**
   * An environment, by name or uuid, with what is in it: whole rows, so dear where there are many, and without keydb, dragonfly
   * and clickhouse. One named `environments` or `envs` is out of reach here: those are other routes.
   */
  environment: get('/projects/{uuid}/{environment}').answers(environmentWithResources),
  /** `/` in a name is stored as `-`. */
  createEnvironment: post('/projects/{uuid}/environments').body<{ name: string }>().answers(created),
  updateEnvironment: patch('/projects/{uuid}/environments/{environment}')
    .body<Naming>()
    .since('4.3.0')
    .answers(environment),
  /** Refused with 400 while anything is in it. */
  deleteEnvironment: del('/projects/{uuid}/environments/{environment}').answers(message),
};
