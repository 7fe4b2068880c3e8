import { z } from 'zod';
import type { Project } from '../../coolify/projects.ts';
import type { Context } from '../context.ts';
import { meant } from '../meant.ts';

/** The input by which every operation on a project names it. */
export const project = z.string().trim().min(1).max(255).describe('The project: its name or uuid.');
export const PROJECT_NAMES = {
  id: 'name',
  project_id: 'name',
  project_uuid: 'name',
  uuid: 'name',
  project: 'name',
} as const;

/** The project that is meant. Names may stand twice at Coolify (recorded: projects). */
export async function findProject(ctx: Context, wanted: string): Promise<Project> {
  const all = await ctx.coolify.projects.list({ signal: ctx.signal });
  return meant('project', wanted, all, 'list_projects');
}
