#!/usr/bin/env bash
# release.sh VERSION: the files of a release in bin/release, from the last commit: a
# program for each system, an SBOM (CycloneDX) for each, and checksums. Everything is
# built a second time, in another folder and with an empty build cache, and must be the
# same to the last byte. `make release` runs it from the top of the repository.
set -euo pipefail
version=$1
out=$PWD/bin/release
go=${GO:-go}
sbom=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
targets=${TARGETS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64}

if [ -n "$(git status --porcelain)" ]; then
  echo "release: commit or remove first, because a release is a commit:" >&2
  git status --short >&2
  exit 1
fi
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
rm -rf "$out"
mkdir -p "$out" "$work/one" "$work/another/folder" "$work/again" "$work/cache"
git archive HEAD | tee >(tar -x -C "$work/another/folder") | tar -x -C "$work/one"
wait

# build TO: builds all targets from the current folder.
build() {
  local t
  for t in $targets; do
    GOOS=${t%/*} GOARCH=${t#*/} make --no-print-directory -s build GO="$go" VERSION="$version" PROGRAM="$1/logbot-$version-${t%/*}-${t#*/}"
  done
}
(cd "$work/one" && build "$out")
(cd "$work/another/folder" && GOCACHE=$work/cache build "$work/again")

cd "$out"
for program in logbot-*; do
  cmp "$program" "$work/again/$program" || { echo "release: two builds of $program differ" >&2; exit 1; }
done
for program in logbot-*; do
  CGO_ENABLED=0 "$go" run "$sbom" bin -json -licenses -noserial -notimestamp -std -version "$version" -output "$program.cdx.json" "$program" 2>/dev/null
done
sha256sum logbot-* >SHA256SUMS
sha256sum --check --quiet SHA256SUMS
ls -l
echo "built twice, in two folders, without a difference"
