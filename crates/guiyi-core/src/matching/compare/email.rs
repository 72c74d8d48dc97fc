//! Comparison of e-mail addresses: the address, or the domain unless anybody can have a mailbox there.

use super::super::hash::{frequencies, hash};
use super::{Level, Lists, evidence, level};
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal", "same address", "邮箱相同", 0.55, 0.010),
    level(
        "equal-shared",
        "same address, shared by many records",
        "邮箱相同，但被多条记录共用",
        0.05,
        0.020,
    ),
    level("domain", "same domain of their own", "企业邮箱域名相同", 0.15, 0.020),
    level("different", "different addresses", "邮箱不同", 0.25, 0.950),
];

/// Domains where anybody can have a mailbox.
const PUBLIC: &[&str] = &[
    "qq.com",
    "vip.qq.com",
    "foxmail.com",
    "163.com",
    "vip.163.com",
    "126.com",
    "yeah.net",
    "188.com",
    "sina.com",
    "sina.cn",
    "vip.sina.com",
    "sohu.com",
    "139.com",
    "189.cn",
    "wo.cn",
    "aliyun.com",
    "tom.com",
    "21cn.com",
    "263.net",
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "live.com",
    "live.cn",
    "msn.com",
    "yahoo.com",
    "yahoo.cn",
    "yahoo.com.cn",
    "icloud.com",
    "me.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "mail.com",
    "aol.com",
];

/// A number of records from which a shared value is an agent's, a switchboard's or a placeholder.
const MANY: u32 = 20;

struct Email {
    address: u64,
    /// 0 for a public domain.
    domain: u64,
    frequency: u32,
}

/// The e-mail addresses of the records.
pub(crate) struct Emails {
    lists: Lists<Email>,
}

impl Emails {
    pub(super) fn new(records: &Records, attributes: &[usize]) -> Self {
        let addresses = Lists::new(records.len(), |record, list: &mut Vec<(u64, u64)>| {
            for attribute in attributes {
                let Some(value) = evidence(records, record, *attribute) else {
                    continue;
                };
                for part in value.split([';', ',', ' ', '/', '；', '，']) {
                    let address = part.trim().to_ascii_lowercase();
                    let Some((_, domain)) = address.rsplit_once('@') else {
                        continue;
                    };
                    let own = !domain.is_empty() && !PUBLIC.contains(&domain);
                    list.push((hash(address.as_bytes()), if own { hash(domain.as_bytes()) } else { 0 }));
                }
            }
        });
        let counts = frequencies(&addresses.values().iter().map(|value| value.0).collect::<Vec<_>>());
        Self {
            lists: addresses.map(|(address, domain), at| Email {
                address,
                domain,
                frequency: counts[at],
            }),
        }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.lists.has(record)
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.lists.get(a), self.lists.get(b));
        if left.is_empty() || right.is_empty() {
            return 0;
        }
        let pairs = left
            .iter()
            .flat_map(|left| right.iter().map(move |right| (left, right)));
        pairs
            .map(|(left, right)| match left.address == right.address {
                true if left.frequency <= MANY => 1,
                true => 2,
                false if left.domain != 0 && left.domain == right.domain => 3,
                false => 4,
            })
            .min()
            .unwrap_or(0)
    }

    pub(super) fn keys(&self, record: u32, pass: usize, keys: &mut Vec<u64>) {
        for email in self.lists.get(record) {
            match pass {
                0 => keys.push(email.address),
                _ if email.domain != 0 => keys.push(email.domain),
                _ => {}
            }
        }
    }
}
