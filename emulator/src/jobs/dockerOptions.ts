import { CommandFailed } from '../machine/machine.ts';
import type { Application } from '../state/application.ts';

/**
 * Coolify cuts an option's value at its first `-` or space, and Docker then refuses some of what is left: a security option
 * that it does not know, a limit without its hard half (recorded: runtime 16–25). Everything else is honoured or dropped in
 * silence. Throws what the deployment fails with.
 */
export function checkDockerOptions(
  application: Application,
  folder: string,
  service: string,
  stage: 'pull' | 'up',
): void {
  const options = application.custom_docker_run_options ?? '';
  const compose = `docker compose --project-name ${application.uuid} --project-directory ${folder} ${stage === 'up' ? 'up --build -d' : 'pull'}`;
  if (stage === 'pull') {
    for (const [, name, value] of options.matchAll(/--ulimit[= ](\w+)=(\S+)/g)) {
      if (value?.includes(':')) continue;
      throw new CommandFailed(
        compose,
        15,
        `validating ${folder}/docker-compose.yaml: services.${service}.ulimits.${name} hard is required`,
      );
    }
    return;
  }
  for (const [, value = ''] of options.matchAll(/--security-opt[= ](\S+)/g)) {
    const cut = value.split('-')[0] ?? '';
    if (!/[=:]/.test(cut)) throw new CommandFailed(compose, 1, `Invalid security-opt: "${cut}"`);
  }
}
