type Log = (line: string) => void;

/** The checkout. */
export const root: string;

/** Throws on a Node that is too old. */
export function checkNode(version?: string): void;

/** What the lockfile says, through the pinned pnpm; nothing at all when it is there already. */
export function installDependencies(options: { log: Log }): Promise<void>;

/** `compile`, then `buildDashboard`. */
export function build(options: { log: Log }): Promise<void>;

/** Every package and app to its `dist`, and types checked. */
export function compile(options: { log: Log }): Promise<void>;

/** The dashboard's files, when one of its inputs changed. Needs the packages compiled. */
export function buildDashboard(options: { log: Log }): Promise<void>;

/** A program that the dependencies brought. */
export function localProgram(directory: string, name: string): string;

/** Ends the installation or build that is under way. */
export function stopRunning(signal?: NodeJS.Signals): void;
