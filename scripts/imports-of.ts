import { parseSync, Visitor } from 'rolldown/utils';

export interface Import {
  /** What stands between the quotes. */
  from: string;
  line: number;
  /** `import type`, `export type`, `import('…')` in a type: nothing of it is there when the program runs. */
  typeOnly: boolean;
}

/** Every import of a TypeScript file, the dynamic ones with a literal name included. Throws where it does not parse. */
export function importsOf(path: string, text: string): Import[] {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const found: Import[] = [];
  const add = (from: string, start: number, typeOnly: boolean) =>
    found.push({ from, line: text.slice(0, start).split('\n').length, typeOnly });

  // `import { type A }` is no type import: what is left of it when the types are stripped still loads the file.
  const typed = (start: number) => /^(import|export)\s+type\b/.test(text.slice(start, start + 40));
  for (const { moduleRequest, start } of module.staticImports) add(moduleRequest.value, start, typed(start));
  for (const { entries, start } of module.staticExports) {
    const from = entries[0]?.moduleRequest?.value;
    const reexported = text.slice(start).startsWith('export') && module.staticImports.every((i) => i.start !== start);
    if (from !== undefined && reexported) add(from, start, typed(start));
  }
  new Visitor({
    ImportExpression({ source, start }) {
      if (source.type === 'Literal' && typeof source.value === 'string') add(source.value, start, false);
    },
    TSImportType({ source, start }) {
      add(source.value, start, true);
    },
  }).visit(program);
  return found.sort((a, b) => a.line - b.line);
}
