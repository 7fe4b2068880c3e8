import { domainsOf } from '../applications/labels.ts';
import { CommandFailed } from '../machine/machine.ts';
import type { Application } from '../state/application.ts';
import type { Variable } from '../state/rows.ts';
import type { World } from '../world.ts';

/** The environment of an application's container (recorded: runtime 5, 80). */
export function containerVariables(
  world: World,
  application: Application,
  name: string,
  commit: string,
  port: number | undefined,
): Record<string, string> {
  return {
    SOURCE_COMMIT: commit,
    ...coolifyVariables(application),
    COOLIFY_CONTAINER_NAME: name,
    ...(port === undefined ? {} : { PORT: String(port) }),
    HOST: '0.0.0.0',
    ...own(world, application, (variable) => variable.is_runtime),
  };
}

export function buildVariables(world: World, application: Application, commit: string): Record<string, string> {
  return {
    SOURCE_COMMIT: commit,
    ...coolifyVariables(application),
    ...own(world, application, (variable) => variable.is_buildtime),
  };
}

function coolifyVariables(application: Application): Record<string, string> {
  const domains = domainsOf(application.fqdn);
  return {
    COOLIFY_URL: application.fqdn ?? '',
    COOLIFY_FQDN: domains.map((domain) => `${domain.host}${domain.path === '/' ? '' : domain.path}`).join(','),
    COOLIFY_BRANCH: application.build_pack === 'dockerimage' ? '' : (application.git_branch ?? ''),
    COOLIFY_RESOURCE_UUID: application.uuid,
  };
}

/** Fails as Docker's reading of the `.env` file does: a literal value with a single quote breaks it (recorded: runtime 84). */
export function checkEnvironmentFile(world: World, application: Application, folder: string): void {
  for (const [line, variable] of productionVariables(world, application).entries()) {
    const quote = variable.is_literal || variable.is_multiline ? (variable.value ?? '').indexOf("'") : -1;
    if (quote === -1) continue;
    const rest = (variable.value ?? '').slice(quote + 1).split(/[\n=]/)[0];
    throw new CommandFailed(
      `docker compose --project-name ${application.uuid} --project-directory ${folder} pull`,
      14,
      `failed to read ${folder}/.env: line ${line + 8}: unexpected character "'" in variable name "${rest}'"`,
    );
  }
}

export function productionVariables(world: World, application: Application): Variable[] {
  return world.state.variables.filter(
    (v) => v.resource_type === 'application' && v.resource_id === application.id && !v.is_preview,
  );
}

function own(world: World, application: Application, wanted: (variable: Variable) => boolean): Record<string, string> {
  const variables = productionVariables(world, application);
  const plain = Object.fromEntries(variables.map((variable) => [variable.key, variable.value ?? '']));
  const fill = (value: string) =>
    value.replaceAll(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (whole, braced?: string, bare?: string) =>
        plain[braced ?? bare ?? ''] ?? (braced === undefined && bare === undefined ? whole : ''),
    );
  return Object.fromEntries(
    variables.filter(wanted).map((variable) => {
      const value = variable.value ?? '';
      return [variable.key, variable.is_literal || variable.is_multiline ? value : fill(value)];
    }),
  );
}
