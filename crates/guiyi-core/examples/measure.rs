//! Measures matching on generated masters: `measure DIR`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use arrow_array::StringArray;
use guiyi_core::dictionary::*;
use guiyi_core::matching::*;
use guiyi_core::record::*;
use guiyi_core::rulebook::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use unicode_normalization::UnicodeNormalization;

fn rss() -> u64 {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    s.lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn element(name: &str, kind: ElementKind) -> Element {
    let t: Arc<str> = name.into();
    Element {
        name: t.clone(),
        label_zh: t.clone(),
        label: t.clone(),
        definition: t.clone(),
        definition_zh: t,
        kind,
        standard: None,
        importance: Importance::Normal,
        sensitivity: Sensitivity::Public,
        codes: vec![],
        synonyms: vec![],
    }
}
fn csv(path: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let parse = |l: &str| -> Vec<String> {
        let mut out = vec![];
        let mut cur = String::new();
        let mut q = false;
        for c in l.trim_start_matches('\u{feff}').chars() {
            match c {
                '"' => q = !q,
                ',' if !q => out.push(std::mem::take(&mut cur)),
                c => cur.push(c),
            }
        }
        out.push(cur);
        out
    };
    let header = parse(lines.next().unwrap());
    lines.map(|l| header.iter().cloned().zip(parse(l)).collect()).collect()
}
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    use ElementKind::*;
    let spec = [
        ("name", OrganizationName),
        ("short", OrganizationName),
        ("uscc", CreditCode),
        ("legal", PersonName),
        ("contact", PersonName),
        ("mobile", Mobile),
        ("tel", Landline),
        ("id", ResidentId),
        ("province", Province),
        ("city", City),
        ("county", County),
        ("address", Address),
        ("email", Email),
        ("account", BankAccount),
        ("date", Date),
    ];
    let maps = [
        (
            "erp",
            "erp_customers.csv",
            "客户编码",
            [
                "客户名称",
                "客户简称",
                "统一社会信用代码",
                "法定代表人",
                "联系人",
                "手机",
                "联系电话",
                "证件号码",
                "省份",
                "城市",
                "区县",
                "地址",
                "",
                "银行账号",
                "建档日期",
            ],
        ),
        (
            "crm",
            "crm_customers.csv",
            "客户编号",
            [
                "客户全称",
                "",
                "信用代码",
                "负责人",
                "联系人",
                "联系人手机",
                "座机",
                "",
                "",
                "",
                "",
                "详细地址",
                "邮箱",
                "",
                "创建时间",
            ],
        ),
    ];
    let mut rows: Vec<(u16, String, Vec<Option<String>>)> = vec![];
    let mut region_of: Vec<Option<String>> = vec![];
    for (si, (_, file, key, cols)) in maps.iter().enumerate() {
        for r in csv(&format!("{dir}/{file}")) {
            let vals = cols
                .iter()
                .zip(spec)
                .map(|(c, (_, kind))| {
                    let v = r.get(*c)?;
                    let v: String = v.nfkc().collect();
                    let v = v.trim().to_string();
                    if v.is_empty() || ["-", "无", "0", "同上", "见合同", "待补充", "1900-01-00"].contains(&v.as_str())
                    {
                        return None;
                    }
                    Some(match kind {
                        OrganizationName => {
                            let mut s: String = v.chars().map(guiyi_core::standardize::simplified).collect();
                            s.retain(|c| !c.is_whitespace());
                            for p in ["(停用)", "-旧", "【重复】", "*", "(月结)", "(测试)"] {
                                if let Some(x) = s.strip_suffix(p) {
                                    s = x.to_string();
                                }
                            }
                            if let Some(i) = s.rfind(['-', '/']) {
                                if s[..i].chars().count() > 3 && s[i..].chars().count() < 6 {
                                    s.truncate(i);
                                }
                            }
                            if s.ends_with(')') {
                                if let Some(i) = s.rfind('(') {
                                    if s[..i].ends_with("公司") {
                                        s.truncate(i);
                                    }
                                }
                            }
                            s
                        }
                        CreditCode | ResidentId => v.to_uppercase().replace([' ', '\t'], ""),
                        Mobile | Landline => {
                            if ["13800000000", "11111111111", "12345678901", "00000000"].contains(&v.as_str()) {
                                return None;
                            }
                            let v = v.split("转").next().unwrap().to_string();
                            let v = v.trim_end_matches(".0").to_string();
                            let mut v = v
                                .replace("+86", "")
                                .replace("0086-", "")
                                .replace([' ', '-', '(', ')', 'T', ':'], "");
                            if v.len() == 13 && v.starts_with("861") {
                                v = v[2..].to_string();
                            }
                            v
                        }
                        Date => {
                            let n: Vec<&str> = v
                                .split(['-', '年', '月', '日', '.', '/', ' '])
                                .filter(|x| !x.is_empty())
                                .collect();
                            if n.len() >= 3 && n[0].len() == 4 {
                                format!("{}-{}-{}", n[0], n[1], n[2])
                            } else if v.len() == 8 {
                                format!("{}-{}-{}", &v[..4], &v[4..6], &v[6..])
                            } else {
                                return None;
                            }
                        }
                        _ => v,
                    })
                })
                .collect();
            rows.push((si as u16, r[*key].clone(), vals));
            region_of.push(r.get("所在地区").cloned());
        }
    }
    // minimal region derivation
    let mut vocab: HashMap<String, (String, String, Option<String>)> = HashMap::new();
    let mut county: HashMap<(String, String), String> = HashMap::new();
    for r in &rows {
        if let (Some(p), Some(c), Some(k)) = (&r.2[8], &r.2[9], &r.2[10]) {
            let st = |s: &str| {
                let x = s
                    .trim_end_matches("市")
                    .trim_end_matches("省")
                    .trim_end_matches("自治区")
                    .trim_end_matches("地区")
                    .trim_end_matches("盟")
                    .to_string();
                x.trim_end_matches("维吾尔")
                    .trim_end_matches("壮族")
                    .trim_end_matches("回族")
                    .to_string()
            };
            for pp in [p.clone(), st(p), String::new()] {
                for ccx in [c.clone(), st(c)] {
                    vocab.insert(format!("{pp}{ccx}"), (p.clone(), c.clone(), None));
                    vocab.insert(format!("{pp}/{ccx}/"), (p.clone(), c.clone(), None));
                }
            }
            county.insert((c.clone(), k.clone()), k.clone());
        }
    }
    for (r, reg) in rows.iter_mut().zip(&region_of) {
        if r.2[9].is_some() {
            continue;
        }
        for text in [r.2[11].clone(), reg.clone()].into_iter().flatten() {
            let ch: Vec<char> = text.chars().collect();
            for len in (2..=ch.len().min(14)).rev() {
                let head: String = ch[..len].iter().collect();
                if let Some((p, c, _)) = vocab.get(&head) {
                    r.2[8] = Some(p.clone());
                    r.2[9] = Some(c.clone());
                    for kl in (2..=7.min(ch.len() - len)).rev() {
                        let k: String = ch[len..len + kl].iter().collect();
                        if county.contains_key(&(c.clone(), k.clone())) {
                            r.2[10] = Some(k);
                            break;
                        }
                    }
                    break;
                }
            }
            if r.2[9].is_some() {
                break;
            }
        }
    }
    rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let n = rows.len();
    let records = Records {
        sources: rows.iter().map(|r| r.0).collect(),
        keys: rows.iter().map(|r| r.1.as_str().into()).collect(),
        columns: (0..spec.len())
            .map(|i| Column::received(rows.iter().map(|r| r.2[i].as_deref()).collect::<StringArray>()))
            .collect(),
    };
    let rulebook = Rulebook {
        dictionary: Dictionary {
            entity: EntityType::Customer,
            elements: spec.iter().map(|(n, k)| element(n, *k)).collect(),
        },
        sources: vec![],
        rules: vec![],
        matching: MatchingPolicy::default(),
        survivorship: SurvivorshipPolicy {
            source_priority: vec![],
            default: vec![],
            elements: vec![],
            groups: vec![],
            recency: None,
        },
        imputation: vec![],
        today: (2026, 1, 1),
    };
    let before = rss();
    let t = Instant::now();
    let cpu0 = cpu();
    let stamps = std::sync::Mutex::new(vec![]);
    let mut m = run(&records, &rulebook, &Decisions::default(), &|p| {
        let mut s = stamps.lock().unwrap();
        if s.last().is_none_or(|(x, _): &(Step, f64)| *x != p.step) {
            s.push((p.step, cpu() - cpu0));
        }
    });
    let t_match = t.elapsed().as_secs_f64();
    println!("cpu {:.2}", cpu() - cpu0);
    let matched: HashSet<(u32, u32)> = m
        .pairs
        .iter()
        .filter(|p| p.decision == Decision::Match)
        .map(|p| (p.a, p.b))
        .collect();
    let t = Instant::now();
    let clusters = guiyi_core::cluster::run(n, &mut m.pairs, &Decisions::default(), &m.hard);
    let t_cluster = t.elapsed().as_secs_f64();
    // truth
    let at: HashMap<(u16, &str), u32> = rows.iter().zip(0..).map(|(r, i)| ((r.0, r.1.as_str()), i)).collect();
    let mut entity = vec![0u32; n];
    for r in csv(&format!("{dir}/members.csv")) {
        let s = u16::from(r["system"] == "CRM");
        if let Some(i) = at.get(&(s, r["code"].as_str())) {
            entity[*i as usize] = r["entity_id"].parse::<u32>().unwrap() + 1;
        }
    }
    let groups = |of: &dyn Fn(usize) -> u32| {
        let mut g: HashMap<u32, Vec<u32>> = HashMap::new();
        for i in 0..n {
            g.entry(of(i)).or_default().push(i as u32);
        }
        g
    };
    let mut truth: HashSet<(u32, u32)> = HashSet::new();
    for g in groups(&|i| entity[i]).values() {
        for (i, a) in g.iter().enumerate() {
            for b in &g[i + 1..] {
                truth.insert((*a, *b));
            }
        }
    }
    let score = |what: &str, found: usize, hit: usize| {
        let (p, r) = (hit as f64 / found.max(1) as f64, hit as f64 / truth.len() as f64);
        println!(
            "{what}: P {p:.4} R {r:.4} F1 {:.4} ({found} found)",
            2.0 * p * r / (p + r)
        );
    };
    score("pairs", matched.len(), matched.intersection(&truth).count());
    let (mut found, mut hit) = (0, 0);
    for g in groups(&|i| clusters.of[i]).values() {
        for (i, a) in g.iter().enumerate() {
            for b in &g[i + 1..] {
                found += 1;
                hit += usize::from(entity[*a as usize] == entity[*b as usize]);
            }
        }
    }
    score("clusters", found, hit);
    let review: HashSet<(u32, u32)> = m
        .pairs
        .iter()
        .filter(|p| p.decision == Decision::Review)
        .map(|p| (p.a, p.b))
        .collect();
    println!(
        "review {} of them true {}",
        review.len(),
        review.intersection(&truth).count()
    );
    let find = |c: &str| at.get(&(0, c)).or_else(|| at.get(&(1, c))).copied();
    let mut traps: HashMap<String, (usize, usize)> = HashMap::new();
    let mut trapped = vec![];
    for r in csv(&format!("{dir}/traps.csv")) {
        if let (Some(a), Some(b)) = (find(&r["code_a"]), find(&r["code_b"])) {
            let e = traps.entry(r["kind"].clone()).or_default();
            e.1 += 1;
            if clusters.of[a as usize] == clusters.of[b as usize] {
                e.0 += 1;
                trapped.push((a.min(b), a.max(b)));
            }
        }
    }
    let (j, t) = traps.values().fold((0, 0), |s, v| (s.0 + v.0, s.1 + v.1));
    println!("traps joined {j}/{t} = {:.2} % {traps:?}", 100.0 * j as f64 / t as f64);
    println!(
        "n {n} candidates {} prepare {:.2?} match {t_match:.2} s cluster {t_cluster:.2} s, memory {before} -> {} MB, suspicious {}",
        m.counts.candidates,
        stamps.lock().unwrap(),
        rss(),
        clusters.suspicious.len()
    );
    for p in &m.counts.passes {
        println!("  {:?}", p);
    }
    if let Some(mode) = std::env::args().nth(2) {
        // Blocking recall with everything at review
        let mut rb = rulebook.clone();
        rb.matching.review_threshold = 0.0;
        rb.matching.match_threshold = 2.0;
        let all = run(&records, &rb, &Decisions::default(), &|_| {});
        let cand: HashMap<(u32, u32), Pair> = all.pairs.iter().map(|p| ((p.a, p.b), *p)).collect();
        println!(
            "blocking recall {:.4}",
            truth.iter().filter(|t| cand.contains_key(t)).count() as f64 / truth.len() as f64
        );

        for w in &m.model.comparisons {
            println!(
                "{:?} {}",
                w.attributes.iter().map(|a| spec[*a].0).collect::<Vec<_>>(),
                ""
            );
            for (i, l) in w.levels.iter().enumerate() {
                println!("   {:<18} m {:.4} u {:.4} w {}", l.name, w.m[i], w.u[i], w.weights[i]);
            }
        }
        println!("prior {}", m.model.prior);
        // calibration
        let mut bands = vec![(0u64, 0u64); 11];
        for p in all.pairs.iter() {
            let b = (p.probability / 100_000) as usize;
            bands[b].0 += 1;
            bands[b].1 += u64::from(truth.contains(&(p.a, p.b)));
        }
        println!("calibration {bands:?}");
        let show = |p: &Pair| {
            let d = |i: u32| {
                rows[i as usize]
                    .2
                    .iter()
                    .map(|x| x.clone().unwrap_or_default())
                    .collect::<Vec<_>>()
                    .join("|")
            };
            let rs: Vec<String> = m
                .model
                .reasons(p.pattern)
                .map(|r| r.level.map_or("-".into(), |l| format!("{}:{}", l.name, r.weight)))
                .collect();
            println!(
                "{} {} p={} {:?} {:?}\n  {}\n  {}\n  {}",
                p.a,
                p.b,
                p.probability,
                p.decision,
                p.veto,
                d(p.a),
                d(p.b),
                rs.join(" ")
            );
        };
        if mode == "fn" {
            let mut miss: Vec<_> = truth
                .iter()
                .filter(|t| clusters.of[t.0 as usize] != clusters.of[t.1 as usize])
                .collect();
            miss.sort();
            println!("missed {}", miss.len());
            for t in miss.iter().step_by((miss.len() / 40).max(1)) {
                match cand.get(t) {
                    Some(p) => show(m.pairs.iter().find(|x| (x.a, x.b) == **t).unwrap_or(p)),
                    None => {
                        println!(
                            "NOT BLOCKED {:?}\n {:?}\n {:?}",
                            t, rows[t.0 as usize].2, rows[t.1 as usize].2
                        );
                    }
                }
            }
        }
        if mode == "fp" {
            let mut bad: Vec<&Pair> = m
                .pairs
                .iter()
                .filter(|p| p.decision == Decision::Match && !truth.contains(&(p.a, p.b)))
                .collect();
            bad.sort_by_key(|p| (p.a, p.b));
            println!("false {}", bad.len());
            for p in bad.iter().step_by((bad.len() / 40).max(1)) {
                show(p);
            }
        }
    }
}
