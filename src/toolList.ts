import { catalogOf } from './gateway/catalog.ts';
import { registry } from './operations/registry.ts';
import { toolsOf } from './surfaces/mcp/tools.ts';

/**
 * The tools of the registry as they are listed. The build puts the finished list in place of this module: a process
 * that has only listed its tools then holds none of the schemas behind them.
 */
export const toolList = toolsOf(catalogOf(registry));
