import { fillIn, type Stage } from './dockerfile.ts';

/**
 * Coolify writes the variables as `ARG` after each `FROM` (deploy-git 4). Its own are shown with their value; an
 * application's are named only, so that none of them can stand in an error.
 */
export function withVariables(dockerfile: string, variables: Record<string, string>): string {
  const declared = Object.entries(variables)
    .filter(([name]) => /^\w+$/.test(name))
    .map(([name, value]) =>
      /^(COOLIFY|SOURCE)_\w+$/.test(name) && /^\S*$/.test(value) ? `ARG ${name}=${value}` : `ARG ${name}`,
    );
  const lines = dockerfile.split('\n');
  return lines
    .flatMap((line, at) => {
      const begins = /^\s*FROM\s/i.test(line) && !/\\\s*$/.test(lines[at - 1] ?? '') && !/\\\s*$/.test(line);
      return begins ? [line, ...declared] : [line];
    })
    .join('\n');
}

/** The last stage and those that it is made from, in the order of the file. */
export function neededStages(stages: Stage[], globals: Record<string, string>): Stage[] {
  const needed = new Set<Stage>();
  const need = (stage: Stage | undefined) => {
    if (!stage || needed.has(stage)) return;
    needed.add(stage);
    const sources = stage.instructions.flatMap(({ flags }) => flags.from ?? []);
    for (const name of [stage.base, ...sources]) need(findStage(stagesBefore(stages, stage), fillIn(name, globals)));
  };
  need(stages.at(-1));
  return stages.filter((stage) => needed.has(stage));
}

/** What a stage may be made from. */
export const stagesBefore = (stages: Stage[], stage: Stage): Stage[] => stages.slice(0, stages.indexOf(stage));

/** An earlier stage, by its name or number. */
export const findStage = (stages: Stage[], name: string): Stage | undefined =>
  stages.findLast((stage) => stage.name === name.toLowerCase()) ??
  (/^\d+$/.test(name) ? stages[Number(name)] : undefined);

/** `[2/3] RUN …`, with the stage's name where there is more than one. */
export function stepTitle(stages: Stage[], stage: Stage): (step: number, text: string) => string {
  const steps = 1 + stage.instructions.filter(({ name }) => ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(name)).length;
  const name = stages.length > 1 || !/^stage-\d+$/.test(stage.name) ? `${stage.name} ` : '';
  return (step, text) => `[${name}${step}/${steps}] ${text}`;
}
