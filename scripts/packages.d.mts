export type Platform = 'macos' | 'windows' | 'debian' | 'fedora' | 'alpine' | 'arch' | 'suse' | 'other';

/** What one program is called in each package manager. */
export type PackageNames = Readonly<Record<'apt' | 'brew' | 'dnf' | 'apk' | 'pacman' | 'zypper', string>>;

/** Where an executable of this name is on PATH. */
export function onPath(name: string): string | undefined;

/** Why apt cannot be used here, or undefined when it can. */
export function whyNoApt(): string | undefined;

/** Installs through apt and says so first. The reason it failed, or undefined. */
export function aptInstall(packages: readonly string[], log: (line: string) => void): string | undefined;

/** The one line to type on this platform. */
export function installLine(names: PackageNames, on?: Platform): string | undefined;

export function platform(kernel?: NodeJS.Platform, osRelease?: string): Platform;

/** Debian itself, not a system made from it. */
export function isDebian(): boolean;
