import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message, numeric } from './message.ts';

const gitlabApp = z.looseObject({
  /** Numeric, and what the paths take. */
  id: z.number(),
  uuid: z.string(),
  name: z.string(),
  organization: z.string().nullish(),
  api_url: z.string().nullish(),
  html_url: z.string().nullish(),
  custom_port: z.number().nullish(),
  app_id: numeric.nullish(),
  is_public: z.boolean().nullish(),
  is_system_wide: z.boolean().nullish(),
});
export type GitlabApp = z.output<typeof gitlabApp>;

interface GitlabAppFields {
  name?: string;
  html_url?: string;
  organization?: string | null;
  api_url?: string;
  custom_user?: string;
  custom_port?: number;
  is_system_wide?: boolean;
}

export const gitlabApps = {
  list: get('/gitlab-apps').since('4.3.0').answers(z.array(gitlabApp)),
  create: post('/gitlab-apps')
    .body<GitlabAppFields & { name: string; html_url: string }>()
    .since('4.3.0')
    .answers(gitlabApp),
  update: patch('/gitlab-apps/{gitlab_app_id:int}')
    .body<GitlabAppFields>()
    .since('4.3.0')
    .answers(z.looseObject({ message: z.string(), data: gitlabApp.partial() })),
  delete: del('/gitlab-apps/{gitlab_app_id:int}').since('4.3.0').answers(message),
};
