//! Which values are encrypted, and the one place where they are sealed and opened.
//!
//! A sealed value is a text, `<key version>:<sealed>` or, where values are searched for, `<key version>:<index>:<sealed>`;
//! *sealed* is nonce, ciphertext and tag of AES-256-GCM (NIST SP 800-38D) in base64, and *index* the blind index, the first
//! half of an HMAC-SHA-256 over entity type, element and value.
//!
//! Laws: an element is sealed in all places or in none; what a value is sealed with names the place where it stands, so that
//! one moved elsewhere does not open; the same value in the same place is sealed into the same text, so that the same input
//! makes the same store: the nonce is the beginning of an HMAC-SHA-256 over place and value, under a key of its own, and
//! never serves two different values; nothing is written while the key is missing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use guiyi_core::dictionary::EntityType;
use hmac::{Hmac, Mac};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::commit::Failure;
use crate::data_key::DataKey;
use crate::encode::{Digest, Digester};
use crate::error::StoreError;
use crate::known::rows;
use crate::statements;

/// Bytes of a nonce.
const NONCE: usize = 12;
/// Bytes of a blind index.
const INDEX: usize = 16;

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// In a golden record, by the ID's key; now and in its history.
    Golden(EntityType, i64),
    /// In a pin on a golden record, by the ID's key.
    Pin(EntityType, i64),
    /// In a change request for a pin, by its number.
    Request(EntityType, i64),
    /// In a source record, by system and source key; now and in its history.
    Source(EntityType, &'a str, &'a str),
}

/// The element that stands for all that a source delivered, which no name can be.
const RECEIVED: &str = "";

/// The elements that are encrypted, by entity type and name, each with whether it is searched for.
pub(crate) type Elements = BTreeMap<(EntityType, Box<str>), bool>;

/// Which values are encrypted, and the keys, if they are there.
#[derive(Clone)]
pub(crate) struct Vault {
    /// The store.
    path: PathBuf,
    /// Number of the key in force, or of the day on which there was none any more; 0: there never was one.
    pub(crate) version: i64,
    /// Its fingerprint; empty: nothing is encrypted.
    pub(crate) fingerprint: String,
    pub(crate) elements: Elements,
    /// The keys, or why they are not there.
    keys: Result<Keys, String>,
}

impl Default for Vault {
    fn default() -> Self {
        Self {
            path: PathBuf::new(),
            version: 0,
            fingerprint: String::new(),
            elements: Elements::new(),
            keys: Err(String::new()),
        }
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Vault({}, {:?})", self.version, self.elements)
    }
}

/// A connection inside a transaction, and the keys to what stands in it.
pub(crate) struct Keyed<'a> {
    connection: &'a Connection,
    pub(crate) vault: &'a Vault,
}

impl<'a> Keyed<'a> {
    /// # Errors
    /// [`StoreError::KeyChanged`] if another process has encrypted, decrypted or rotated since the store was opened.
    pub(crate) fn new(connection: &'a Connection, vault: &'a Vault) -> Result<Self, Failure> {
        let mut version = connection.prepare_cached(statements::KEY_VERSION)?;
        if version.query_row([], |row| row.get::<_, i64>(0))? != vault.version {
            let path = vault.path.clone();
            return Err(StoreError::KeyChanged { path }.into());
        }
        Ok(Self { connection, vault })
    }
}

impl Deref for Keyed<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

/// What is derived from a data key, and the secret of the digests.
#[derive(Clone)]
struct Keys {
    cipher: Aes256Gcm,
    nonces: Hmac<Sha256>,
    index: Hmac<Sha256>,
    /// Of the secret, which the first key gave and which the store keeps under each later one: digests stand in the change feed, which the ledger vouches for, and
    /// stay as they are when the key is another.
    digests: Hmac<Sha256>,
    secret: Zeroizing<[u8; 32]>,
}

impl Vault {
    /// Reads which values are encrypted. The keys are missing.
    pub(crate) fn load(connection: &Connection, path: &Path) -> rusqlite::Result<Self> {
        let mut newest = connection.prepare_cached(statements::NEWEST_KEY)?;
        let newest = newest.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (version, fingerprint) = newest.unwrap_or_default();
        let elements = rows(connection, statements::ENCRYPTED_ELEMENTS, [], |row| {
            let entity = EntityType::from_name(row.get_ref(0)?.as_str()?);
            Ok((entity, row.get::<_, String>(1)?, row.get(2)?))
        })?;
        let elements = elements
            .into_iter()
            .filter_map(|(entity, element, is_searchable)| Some(((entity?, element.into()), is_searchable)))
            .collect();
        Ok(Self {
            path: path.to_path_buf(),
            version,
            fingerprint,
            elements,
            keys: Err("no key is named".into()),
        })
    }

    /// The vault that a store gets with this key and these elements; `before` is what it has, whose secret goes on.
    pub(crate) fn next(before: &Self, key: &DataKey, elements: Elements) -> Self {
        let secret = match &before.keys {
            Ok(keys) => keys.secret.clone(),
            Err(_) => key.derived("digests"),
        };
        Self {
            path: before.path.clone(),
            version: before.version + 1,
            fingerprint: key.fingerprint(),
            elements,
            keys: Ok(Keys::of(key, secret)),
        }
    }

    /// The same of a store under another name.
    pub(crate) fn at(&self, path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            ..self.clone()
        }
    }

    /// The vault of a store in which nothing is encrypted any more.
    pub(crate) fn ended(before: &Self) -> Self {
        Self {
            path: before.path.clone(),
            version: before.version + 1,
            fingerprint: String::new(),
            elements: Elements::new(),
            keys: Err(String::new()),
        }
    }

    /// Takes the key from a file; if that is not the key, the vault stays without and knows why.
    pub(crate) fn unlock(&mut self, connection: &Connection, file: &Path) -> rusqlite::Result<()> {
        if !self.is_on() {
            return Ok(());
        }
        let mut sealed = connection.prepare_cached(statements::KEY_SECRET)?;
        let sealed: Option<String> = sealed.query_row([self.version], |row| row.get(0))?;
        let key = DataKey::read(file).map_err(|error| error.to_string());
        self.keys = key.and_then(|key| {
            let found = key.fingerprint();
            if found != self.fingerprint {
                return Err(format!("{} holds the key {found}, which is another", file.display()));
            }
            let keys = Keys::of(&key, Zeroizing::default());
            let damaged = || "the secret that the store keeps under it does not open".to_owned();
            let secret = keys.open(SECRET_OF_DIGESTS, sealed.as_deref().unwrap_or_default());
            let secret = Zeroizing::new(secret.ok_or_else(damaged)?);
            let secret = secret.as_slice().try_into().map_err(|_| damaged())?;
            Ok(Keys::of(&key, Zeroizing::new(secret)))
        });
        Ok(())
    }

    /// Whether anything is encrypted.
    pub(crate) fn is_on(&self) -> bool {
        !self.fingerprint.is_empty()
    }

    /// # Errors
    /// [`StoreError::Sealed`] if values are encrypted and the key is missing.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match &self.keys {
            Err(detail) if self.is_on() => Err(StoreError::Sealed {
                path: self.path.clone(),
                version: self.version,
                fingerprint: self.fingerprint.clone(),
                detail: detail.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref().ok()
    }

    /// The secret of the digests as the store keeps it; `None` if nothing is encrypted.
    pub(crate) fn sealed_secret(&self) -> Option<String> {
        let keys = self.keys()?;
        Some(keys.seal(SECRET_OF_DIGESTS, &*keys.secret))
    }

    /// Whether both make the same digests.
    pub(crate) fn has_digests_of(&self, other: &Self) -> bool {
        let secret = |vault: &Self| vault.keys().map(|keys| keys.secret.clone());
        secret(self) == secret(other)
    }

    /// The digest of what was collected, keyed if values are encrypted: whoever has the store without the key must not find
    /// a value by trying values. Without the key it is the digest of nothing.
    pub(crate) fn digest(&self, digester: &mut Digester) -> Digest {
        let half = |full: &[u8]| {
            let mut half = Digest::default();
            half.copy_from_slice(&full[..16]);
            half
        };
        digester.finish_with(|bytes| match self.keys() {
            Some(keys) => half(&keyed(&keys.digests, &[bytes])),
            None => half(&Sha256::digest(bytes)),
        })
    }

    /// How the values of some elements are written.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if values are encrypted and the key is missing.
    pub(crate) fn to_write<'a, N: AsRef<str>>(
        &'a self,
        entity: EntityType,
        names: &'a [N],
    ) -> Result<Sealing<'a>, StoreError> {
        self.check()?;
        Ok(self.to_read(entity, names))
    }

    /// How the values of some elements are read.
    pub(crate) fn to_read<'a, N: AsRef<str>>(&'a self, entity: EntityType, names: &'a [N]) -> Sealing<'a> {
        let how = |name: &'a N| {
            let name = name.as_ref();
            let is_searchable = self.elements.get(&(entity, name.into())).copied();
            (name, is_searchable)
        };
        let elements: Vec<(&str, Option<bool>)> = if self.is_on() {
            names.iter().map(how).collect()
        } else {
            Vec::new()
        };
        Sealing {
            vault: self,
            entity,
            has_received: self.elements.keys().any(|(of, _)| *of == entity),
            elements,
        }
    }
}

/// How the values of some elements of an entity type are written and read.
pub(crate) struct Sealing<'a> {
    vault: &'a Vault,
    entity: EntityType,
    /// Name, and `None` for a plain one, else whether it is searched for; empty if nothing is encrypted.
    elements: Vec<(&'a str, Option<bool>)>,
    /// Whether what a source delivered is sealed: as soon as one element is, since its values may stand in any column.
    has_received: bool,
}

impl Sealing<'_> {
    /// Whether the values of the element at a position are sealed.
    pub(crate) fn is_sealed(&self, at: usize) -> bool {
        self.elements.get(at).is_some_and(|(_, sealed)| sealed.is_some())
    }

    /// The value of the element at a position, as it is to be written.
    pub(crate) fn seal<'v>(&self, place: Place<'_>, at: usize, value: &'v str) -> Cow<'v, str> {
        let (Some((element, Some(is_searchable))), Some(keys)) = (self.elements.get(at), self.vault.keys()) else {
            return Cow::Borrowed(value);
        };
        let sealed = keys.seal(&place.bytes(element), value.as_bytes());
        let version = self.vault.version;
        Cow::Owned(if *is_searchable {
            let index = keys.index(self.entity, element, value);
            format!("{version}:{index}:{sealed}")
        } else {
            format!("{version}:{sealed}")
        })
    }

    /// What every sealed form of a value begins with, whatever its place; `None` if the element has no blind index.
    pub(crate) fn search(&self, at: usize, value: &str) -> Option<String> {
        let (element, is_searchable) = self.elements.get(at)?;
        let index = self.vault.keys()?.index(self.entity, element, value);
        (*is_searchable == Some(true)).then(|| format!("{}:{index}:", self.vault.version))
    }

    /// The value of the element at a position, as it was before it was written.
    pub(crate) fn open(&self, place: Place<'_>, at: usize, cell: String) -> Result<String, Failure> {
        match self.elements.get(at) {
            Some((element, Some(_))) => self.opened(place, element, &cell),
            _ => Ok(cell),
        }
    }

    /// Cells of elements, in their order.
    pub(crate) fn open_all(&self, place: Place<'_>, cells: &mut [Option<String>]) -> Result<(), Failure> {
        for (at, cell) in cells.iter_mut().enumerate() {
            if self.is_sealed(at) {
                *cell = cell.take().map(|cell| self.open(place, at, cell)).transpose()?;
            }
        }
        Ok(())
    }

    /// All that a source delivered of a record, as it is to be written.
    pub(crate) fn seal_received<'v>(&self, place: Place<'_>, text: &'v str) -> Cow<'v, str> {
        match self.vault.keys() {
            Some(keys) if self.has_received => {
                let sealed = keys.seal(&place.bytes(RECEIVED), text.as_bytes());
                Cow::Owned(format!("{}:{sealed}", self.vault.version))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// All that a source delivered of a record.
    pub(crate) fn open_received<'v>(&self, place: Place<'_>, cell: &'v str) -> Result<Cow<'v, str>, Failure> {
        if !self.has_received {
            return Ok(Cow::Borrowed(cell));
        }
        self.opened(place, RECEIVED, cell).map(Cow::Owned)
    }

    fn opened(&self, place: Place<'_>, element: &str, cell: &str) -> Result<String, Failure> {
        self.vault.check()?;
        let damaged = || Failure::Damaged(format!("an encrypted value of {} in {place:?}", place.entity().name()));
        let (version, sealed) = cell.split_once(':').ok_or_else(damaged)?;
        let sealed = sealed.rsplit_once(':').map_or(sealed, |(_, sealed)| sealed);
        if version.parse() != Ok(self.vault.version) {
            return Err(damaged());
        }
        let keys = self.vault.keys().ok_or_else(damaged)?;
        let bytes = keys.open(&place.bytes(element), sealed).ok_or_else(damaged)?;
        String::from_utf8(bytes).map_err(|_| damaged())
    }
}

/// What the secret of the digests is sealed with instead of a place.
const SECRET_OF_DIGESTS: &[u8] = b"secret of the digests";

impl Keys {
    fn of(key: &DataKey, secret: Zeroizing<[u8; 32]>) -> Self {
        Self {
            cipher: Aes256Gcm::new(&(*key.derived("values")).into()),
            nonces: mac(&key.derived("nonces")),
            index: mac(&key.derived("blind index")),
            digests: mac(&secret),
            secret,
        }
    }

    fn index(&self, entity: EntityType, element: &str, value: &str) -> String {
        let parts = [
            entity.name().as_bytes(),
            &[0],
            element.as_bytes(),
            &[0],
            value.as_bytes(),
        ];
        BASE64.encode(&keyed(&self.index, &parts)[..INDEX])
    }

    /// Nonce, ciphertext and tag in base64.
    fn seal(&self, place: &[u8], value: &[u8]) -> String {
        let length = (place.len() as u64).to_le_bytes();
        let full = keyed(&self.nonces, &[&length, place, value]);
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&full[..NONCE]);
        let payload = Payload { msg: value, aad: place };
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), payload)
            .expect("a value is shorter than the 64 GiB that GCM can seal");
        BASE64.encode([&nonce[..], &sealed].concat())
    }

    /// `None` if it was not sealed with this key for this place.
    fn open(&self, place: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: place,
        };
        self.cipher.decrypt(&(*nonce).into(), payload).ok()
    }
}

fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn keyed(mac: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac.clone();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl Place<'_> {
    fn entity(self) -> EntityType {
        match self {
            Self::Golden(entity, _) | Self::Pin(entity, _) | Self::Request(entity, _) | Self::Source(entity, ..) => {
                entity
            }
        }
    }

    /// What a value of an element is sealed with: no two places have the same bytes.
    fn bytes(self, element: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        let mut text = |text: &str| {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
        };
        text(self.entity().name());
        text(element);
        let kind: &[u8] = match self {
            Self::Source(_, system, key) => {
                text(system);
                text(key);
                b"source"
            }
            Self::Golden(_, gid) => {
                bytes.extend(gid.to_le_bytes());
                b"golden"
            }
            Self::Pin(_, gid) => {
                bytes.extend(gid.to_le_bytes());
                b"pin"
            }
            Self::Request(_, number) => {
                bytes.extend(number.to_le_bytes());
                b"request"
            }
        };
        bytes.extend(kind);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn vault() -> Vault {
        let elements = [("mobile", true), ("email", false)];
        let elements = elements.map(|(name, is_searchable)| ((EntityType::Customer, name.into()), is_searchable));
        Vault::next(&Vault::default(), &DataKey::of(&[7; 32]), elements.into())
    }

    const NAMES: [&str; 3] = ["name", "mobile", "email"];

    /// Worked out with another implementation of HKDF, HMAC and AES-GCM, so that stores of today open for ever.
    #[test]
    fn the_form_of_a_sealed_value() {
        let vault = vault();
        assert_eq!(vault.fingerprint, "c2ecce872e92a39b");
        let sealing = vault.to_write(EntityType::Customer, &NAMES).unwrap();
        let check = |place, at, expected: &str| {
            let sealed = sealing.seal(place, at, "13800138000");
            assert_eq!(sealed, expected);
            assert_eq!(sealing.open(place, at, sealed.into_owned()).unwrap(), "13800138000");
        };
        let source = Place::Source(EntityType::Customer, "erp", "D03-000127");
        check(Place::Golden(EntityType::Customer, 42), 0, "13800138000");
        check(
            Place::Golden(EntityType::Customer, 42),
            1,
            "1:InFiYGYTdbuDsJN3DGnJog:E56Hvwwve66ja79Qhf2SCneUPyRbyNgQYzfghiKrXXGDwEjE1l0-",
        );
        check(
            Place::Pin(EntityType::Customer, 42),
            2,
            "1:59j9ZYzo2SXYFlfwOW539TMwuQnMWicH5V0jK_nDwEGSOVon5wxA",
        );
        check(source, 2, "1:CYB4mez_RCdUzoah9Unzzi08JniErthR_DlEm5_MJkjyWupBLW1B");
    }

    proptest! {
        #[test]
        fn a_value_opens_in_its_place_and_nowhere_else(
            value in any::<String>(), system in ".{0,6}", key in ".{0,6}", gid in any::<i64>(), other in any::<i64>(),
        ) {
            let vault = vault();
            let sealing = vault.to_write(EntityType::Customer, &NAMES).unwrap();
            let (customer, supplier) = (EntityType::Customer, EntityType::Supplier);
            let joined = format!("{system}{key}");
            let places = [
                Place::Golden(customer, gid),
                Place::Golden(customer, other),
                Place::Golden(supplier, gid),
                Place::Pin(customer, gid),
                Place::Request(customer, gid),
                Place::Source(customer, &system, &key),
                Place::Source(customer, &joined, ""),
                Place::Source(customer, "", &joined),
            ];
            for (at, place) in [1, 2].into_iter().flat_map(|at| places.map(|place| (at, place))) {
                let sealed = sealing.seal(place, at, &value).into_owned();
                for (other_at, other) in [1, 2].into_iter().flat_map(|at| places.map(|place| (at, place))) {
                    let is_same = other.bytes(NAMES[other_at]) == place.bytes(NAMES[at]);
                    let opened = sealing.open(other, other_at, sealed.clone()).ok();
                    prop_assert_eq!(opened.as_ref(), is_same.then_some(&value));
                }
            }
        }

        #[test]
        fn what_was_not_sealed_does_not_open(text in any::<String>()) {
            let vault = vault();
            let sealing = vault.to_read(EntityType::Customer, &NAMES);
            let place = Place::Golden(EntityType::Customer, 1);
            for cell in [text.clone(), format!("1:{text}"), format!("1:a:{text}")] {
                prop_assert_eq!(sealing.open(place, 1, cell).ok(), None);
            }
        }
    }
}
