//! Archives as somebody who means no good would write them, each refused with one problem that names it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::{Limits, Tree};

const MANIFEST: (&str, &[u8]) = (".manifest", b"{}");

/// A tar of entries, whatever their names and kinds; the size is what the header claims.
fn tar(entries: &[(&str, EntryType, u64, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, size, content) in entries {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(*size);
        header.set_mode(0o644);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of plain files, the manifest before them.
fn files(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries = [MANIFEST].iter().chain(files);
    let entries = entries
        .map(|(name, content)| (*name, EntryType::Regular, u64::try_from(content.len()).unwrap(), *content));
    gzip(&tar(&entries.collect::<Vec<_>>()))
}

/// An archive with one entry of a kind, after the manifest.
fn entry(name: &str, kind: EntryType) -> Vec<u8> {
    let (manifest, content) = MANIFEST;
    gzip(&tar(&[(manifest, EntryType::Regular, 2, content), (name, kind, 0, b"")]))
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Tree, Vec<Diagnostic>> {
    Tree::of_archive("b.tar.gz", bytes, limits)
}

/// The only problem of an archive.
#[track_caller]
fn refused(bytes: &[u8], limits: &Limits) -> (Code, String) {
    let problems = read(bytes, limits).expect_err("it was taken");
    assert_eq!(problems.len(), 1, "{problems:?}");
    (problems[0].code, problems[0].to_string())
}

#[track_caller]
fn is_refused(bytes: &[u8], code: Code, words: &str) {
    let (found, message) = refused(bytes, &Limits::default());
    assert_eq!(found, code, "{message}");
    assert!(message.contains(words), "{message}");
}

#[test]
fn an_archive_is_what_its_files_are() {
    let tree = read(&files(&[("a/b.rego", b"x"), (".signatures.json", b"{}")]), &Limits::default()).unwrap();
    assert_eq!(tree.files().collect::<Vec<_>>(), [(".manifest", 2), ("a/b.rego", 1)]);
    assert_eq!(tree.signatures(), Some(b"{}".as_slice()));
    let again = read(&tree.to_archive().unwrap(), &Limits::default()).unwrap();
    assert_eq!(again, tree);
}

#[test]
fn names_as_opa_and_tar_write_them_are_read() {
    let opa = files(&[("/a/data.json", b"1")]);
    let tar = files(&[("./a/data.json", b"1")]);
    assert_eq!(read(&opa, &Limits::default()).unwrap(), read(&tar, &Limits::default()).unwrap());
}

#[test]
fn the_same_files_give_the_same_archive() {
    let one = read(&files(&[("a", b"1"), ("b", b"2")]), &Limits::default()).unwrap();
    let other = read(&files(&[("/b", b"2"), ("./a", b"1")]), &Limits::default()).unwrap();
    let bytes = one.to_archive().unwrap();
    assert_eq!(bytes, other.to_archive().unwrap());
    assert_eq!(one.digest(), other.digest());
    // No name, no time, an unknown system.
    assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
}

#[test]
fn long_paths_survive() {
    let path = format!("{}/x.rego", "folder/".repeat(40).trim_end_matches('/'));
    let mut tree = read(&files(&[]), &Limits::default()).unwrap();
    tree.files.insert(path, b"x".as_slice().into());
    assert_eq!(read(&tree.to_archive().unwrap(), &Limits::default()).unwrap(), tree);
}

#[test]
fn a_path_out_of_the_bundle_is_refused() {
    is_refused(
        &files(&[("../x.rego", b"")]),
        Code::Archive,
        "b.tar.gz/../x.rego: its path leads out of the bundle",
    );
    is_refused(&files(&[("a/../../x.rego", b"")]), Code::Archive, "leads out");
}

#[test]
fn an_absolute_path_is_refused() {
    is_refused(&files(&[("//etc/passwd", b"")]), Code::Archive, "its path is absolute");
}

#[test]
fn a_symbolic_link_is_refused() {
    is_refused(&entry("data.yaml", EntryType::Symlink), Code::Archive, "data.yaml: it is a symbolic link");
}

#[test]
fn a_hard_link_is_refused() {
    is_refused(&entry("data.yaml", EntryType::Link), Code::Archive, "data.yaml: it is a hard link");
}

#[test]
fn a_device_is_refused() {
    is_refused(&entry("zero", EntryType::Char), Code::Archive, "zero: it is a device");
    is_refused(&entry("disk", EntryType::Block), Code::Archive, "disk: it is a device");
}

#[test]
fn a_pipe_or_anything_else_is_refused() {
    is_refused(&entry("pipe", EntryType::Fifo), Code::Archive, "named pipe");
    is_refused(&entry("odd", EntryType::new(b'Z')), Code::Archive, "no plain file");
}

#[test]
fn a_second_file_of_one_name_is_refused() {
    let bytes = files(&[("a.rego", b"1"), ("./a.rego", b"2")]);
    is_refused(&bytes, Code::Archive, "a.rego: the archive has a second file of this name");
    let signatures = files(&[(".signatures.json", b"1"), ("/.signatures.json", b"2")]);
    is_refused(&signatures, Code::Archive, "a second file");
}

#[test]
fn a_hidden_file_is_refused() {
    is_refused(&files(&[("lib/.x.rego", b"")]), Code::Archive, "may begin with a dot");
}

#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let (_, message) = refused(&files(&[("a\u{1b}[31m.rego", b"")]), &Limits::default());
    assert!(message.contains("control character") && !message.contains('\u{1b}'), "{message:?}");
}

#[test]
fn a_size_that_is_no_number_is_shown_in_one_line() {
    let mut bytes = tar(&[(MANIFEST.0, EntryType::Regular, 2, MANIFEST.1)]);
    let mut header = Header::from_byte_slice(&bytes[..512]).clone();
    header.as_old_mut().size = *b"fest\n\x1b[31m{r";
    header.set_cksum();
    bytes[..512].copy_from_slice(header.as_bytes());
    let (code, message) = refused(&gzip(&bytes), &Limits::default());
    assert_eq!(code, Code::Archive);
    assert!(message.contains("fest\\n\\u{1b}[31m"), "{message:?}");
}

#[test]
fn something_that_is_no_gzip_is_refused() {
    is_refused(b"", Code::Archive, "no gzip archive");
    is_refused(&tar(&[]), Code::Archive, "no gzip archive");
    is_refused(b"PK\x03\x04", Code::Archive, "no gzip archive");
}

#[test]
fn an_archive_that_ends_early_is_refused_wherever_it_ends() {
    let whole = files(&[("a.rego", &[7; 3000])]);
    for length in 2..whole.len() {
        let problems = read(&whole[..length], &Limits::default()).expect_err("it was taken");
        assert_eq!((problems.len(), problems[0].code), (1, Code::Archive), "{length}: {problems:?}");
    }
}

#[test]
fn a_damaged_archive_is_refused() {
    let mut bytes = files(&[("a.rego", b"x")]);
    let checksum = bytes.len() - 6;
    bytes[checksum] ^= 1;
    is_refused(&bytes, Code::Archive, "the archive is damaged");
    is_refused(&gzip(&[b'x'; 2048]), Code::Archive, "the archive is damaged");
}

#[test]
fn what_follows_the_archives_end_is_refused() {
    let mut bytes = tar(&[(MANIFEST.0, EntryType::Regular, 2, MANIFEST.1)]);
    bytes.extend_from_slice(&tar(&[("a.rego", EntryType::Regular, 0, b"")]));
    is_refused(&gzip(&bytes), Code::Archive, "something follows the end");
}

#[test]
fn an_empty_archive_is_no_bundle() {
    is_refused(&gzip(&tar(&[])), Code::Manifest, "has no `.manifest`");
    is_refused(&gzip(b""), Code::Manifest, "has no `.manifest`");
}

#[test]
fn a_decompression_bomb_is_refused() {
    let limits = Limits { bundle_bytes: 1 << 20, ..Limits::default() };
    let zeros = vec![0; 8 << 20];
    let bomb = files(&[("a.rego", &zeros)]);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let (code, message) = refused(&bomb, &limits);
    assert_eq!(
        (code, message.contains("unpacks to more than 1048576 bytes")),
        (Code::TooLarge, true),
        "{message}"
    );
    // Zeros after the end are a bomb too.
    let mut padded = tar(&[(MANIFEST.0, EntryType::Regular, 2, MANIFEST.1)]);
    padded.resize(8 << 20, 0);
    assert_eq!(refused(&gzip(&padded), &limits).0, Code::TooLarge);
}

#[test]
fn a_file_that_is_too_large_is_refused_by_what_its_header_claims() {
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    let (code, message) = refused(&files(&[("a.rego", &[1; 11])]), &limits);
    assert_eq!(code, Code::TooLarge);
    assert!(message.contains("b.tar.gz/a.rego: the file has 11 bytes, and at most 10"), "{message}");
    let claim = gzip(&tar(&[("a.rego", EntryType::Regular, u64::MAX / 2, b"")]));
    assert!(read(&claim, &Limits::default()).is_err());
}

#[test]
fn too_many_entries_or_files_or_bytes_are_refused() {
    let bytes = files(&[("a", b""), ("b", b""), ("c", b"")]);
    for (limits, words) in [
        (Limits { archive_entries: 3, ..Limits::default() }, "more than 3 entries"),
        (Limits { files: 3, ..Limits::default() }, "more than 3 files"),
        (Limits { archive_bytes: 10, ..Limits::default() }, "at most 10 are read"),
    ] {
        let (code, message) = refused(&bytes, &limits);
        assert_eq!(code, Code::TooLarge);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn an_archive_full_of_problems_is_not_read_to_its_end() {
    let names = (0..1000).map(|number| format!("../{number}")).collect::<Vec<_>>();
    let all = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect::<Vec<_>>();
    assert_eq!(read(&files(&all), &Limits::default()).unwrap_err().len(), 20);
}
