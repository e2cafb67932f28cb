package watch

// Baseline is baseline, for tests beside the package.
var Baseline = baseline
