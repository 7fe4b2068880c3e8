import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message, numeric } from './message.ts';

const githubApp = z.looseObject({
  /** Numeric, and what the paths take; 0 is the public one, which has no credentials. */
  id: z.number(),
  uuid: z.string(),
  name: z.string(),
  organization: z.string().nullish(),
  api_url: z.string().nullish(),
  html_url: z.string().nullish(),
  custom_user: z.string().nullish(),
  custom_port: z.number().nullish(),
  app_id: numeric.nullish(),
  installation_id: numeric.nullish(),
  client_id: z.string().nullish(),
  is_public: z.boolean().nullish(),
  /** Of another team perhaps: listed, yet of no use for repositories. */
  is_system_wide: z.boolean().nullish(),
  team_id: z.number().nullish(),
  private_key_id: z.number().nullish(),
});
export type GithubApp = z.output<typeof githubApp>;

interface GithubAppFields {
  name: string;
  html_url: string;
  app_id: number;
  installation_id: number;
  client_id: string;
  client_secret: string;
  webhook_secret: string;
  private_key_uuid: string;
  organization?: string | null;
  api_url?: string;
  custom_user?: string;
  custom_port?: number;
  is_system_wide?: boolean;
}

/** As GitHub gives it; Coolify adds nothing. */
const repository = z.looseObject({ name: z.string(), full_name: z.string().nullish(), private: z.boolean().nullish() });
const branch = z.looseObject({ name: z.string() });

/** Coolify's record of a GitHub App; the App itself must be there already. */
export const githubApps = {
  list: get('/github-apps').answers(z.array(githubApp)),
  create: post('/github-apps').body<GithubAppFields>().answers(githubApp),
  /** `private_key_uuid` is refused whatever it is: its rule wants a dashed UUID and Coolify's keys have none. */
  update: patch('/github-apps/{github_app_id:int}')
    .body<Partial<Omit<GithubAppFields, 'private_key_uuid'>>>()
    .answers(z.looseObject({ message: z.string(), data: githubApp.partial() })),
  /** 409 while an application uses it. */
  delete: del('/github-apps/{github_app_id:int}').answers(message),
  repositories: get('/github-apps/{github_app_id:int}/repositories')
    .slow()
    .answers(z.looseObject({ repositories: z.array(repository) }), (answer) => answer.repositories),
  /** The first 30 only. */
  branches: get('/github-apps/{github_app_id:int}/repositories/{owner}/{repo}/branches')
    .slow()
    .answers(z.looseObject({ branches: z.array(branch) }), (answer) => answer.branches),
};
