//! GS1 prefixes: which GS1 organization gave out the head of a trade item number.
//!
//! Source: GS1 General Specifications 1.4.2 and the published list of prefixes, state of 2024.
//! Law: the prefix says where the company is a member, not where the goods were made.

use crate::error::Text;

/// First and last prefix of a range, and its owner.
type Range = (u16, u16, Text);

const fn range(from: u16, to: u16, en: &'static str, zh: &'static str) -> Range {
    (from, to, Text::new(en, zh))
}

/// In order; what lies between the ranges is not assigned.
const RANGES: &[Range] = &[
    range(0, 19, "United States", "美国"),
    range(20, 29, "for use inside a company", "店内码"),
    range(30, 39, "United States", "美国"),
    range(40, 49, "for use inside a company", "店内码"),
    range(50, 59, "coupons", "优惠券"),
    range(60, 139, "United States", "美国"),
    range(200, 299, "for use inside a company", "店内码"),
    range(300, 379, "France and Monaco", "法国和摩纳哥"),
    range(380, 380, "Bulgaria", "保加利亚"),
    range(383, 383, "Slovenia", "斯洛文尼亚"),
    range(385, 385, "Croatia", "克罗地亚"),
    range(387, 387, "Bosnia and Herzegovina", "波黑"),
    range(389, 389, "Montenegro", "黑山"),
    range(400, 440, "Germany", "德国"),
    range(450, 459, "Japan", "日本"),
    range(460, 469, "Russia", "俄罗斯"),
    range(470, 470, "Kyrgyzstan", "吉尔吉斯斯坦"),
    range(471, 471, "Taiwan", "台湾地区"),
    range(474, 474, "Estonia", "爱沙尼亚"),
    range(475, 475, "Latvia", "拉脱维亚"),
    range(476, 476, "Azerbaijan", "阿塞拜疆"),
    range(477, 477, "Lithuania", "立陶宛"),
    range(478, 478, "Uzbekistan", "乌兹别克斯坦"),
    range(479, 479, "Sri Lanka", "斯里兰卡"),
    range(480, 480, "Philippines", "菲律宾"),
    range(481, 481, "Belarus", "白俄罗斯"),
    range(482, 482, "Ukraine", "乌克兰"),
    range(484, 484, "Moldova", "摩尔多瓦"),
    range(485, 485, "Armenia", "亚美尼亚"),
    range(486, 486, "Georgia", "格鲁吉亚"),
    range(487, 487, "Kazakhstan", "哈萨克斯坦"),
    range(488, 488, "Tajikistan", "塔吉克斯坦"),
    range(489, 489, "Hong Kong", "香港"),
    range(490, 499, "Japan", "日本"),
    range(500, 509, "United Kingdom", "英国"),
    range(520, 521, "Greece", "希腊"),
    range(528, 528, "Lebanon", "黎巴嫩"),
    range(529, 529, "Cyprus", "塞浦路斯"),
    range(530, 530, "Albania", "阿尔巴尼亚"),
    range(531, 531, "North Macedonia", "北马其顿"),
    range(535, 535, "Malta", "马耳他"),
    range(539, 539, "Ireland", "爱尔兰"),
    range(540, 549, "Belgium and Luxembourg", "比利时和卢森堡"),
    range(560, 560, "Portugal", "葡萄牙"),
    range(569, 569, "Iceland", "冰岛"),
    range(570, 579, "Denmark", "丹麦"),
    range(590, 590, "Poland", "波兰"),
    range(594, 594, "Romania", "罗马尼亚"),
    range(599, 599, "Hungary", "匈牙利"),
    range(600, 601, "South Africa", "南非"),
    range(603, 603, "Ghana", "加纳"),
    range(604, 604, "Senegal", "塞内加尔"),
    range(608, 608, "Bahrain", "巴林"),
    range(609, 609, "Mauritius", "毛里求斯"),
    range(611, 611, "Morocco", "摩洛哥"),
    range(613, 613, "Algeria", "阿尔及利亚"),
    range(615, 615, "Nigeria", "尼日利亚"),
    range(616, 616, "Kenya", "肯尼亚"),
    range(618, 618, "Ivory Coast", "科特迪瓦"),
    range(619, 619, "Tunisia", "突尼斯"),
    range(620, 620, "Tanzania", "坦桑尼亚"),
    range(621, 621, "Syria", "叙利亚"),
    range(622, 622, "Egypt", "埃及"),
    range(624, 624, "Libya", "利比亚"),
    range(625, 625, "Jordan", "约旦"),
    range(626, 626, "Iran", "伊朗"),
    range(627, 627, "Kuwait", "科威特"),
    range(628, 628, "Saudi Arabia", "沙特阿拉伯"),
    range(629, 629, "United Arab Emirates", "阿联酋"),
    range(640, 649, "Finland", "芬兰"),
    range(680, 681, "China", "中国"),
    range(690, 699, "China", "中国"),
    range(700, 709, "Norway", "挪威"),
    range(729, 729, "Israel", "以色列"),
    range(730, 739, "Sweden", "瑞典"),
    range(740, 740, "Guatemala", "危地马拉"),
    range(741, 741, "El Salvador", "萨尔瓦多"),
    range(742, 742, "Honduras", "洪都拉斯"),
    range(743, 743, "Nicaragua", "尼加拉瓜"),
    range(744, 744, "Costa Rica", "哥斯达黎加"),
    range(745, 745, "Panama", "巴拿马"),
    range(746, 746, "Dominican Republic", "多米尼加"),
    range(750, 750, "Mexico", "墨西哥"),
    range(754, 755, "Canada", "加拿大"),
    range(759, 759, "Venezuela", "委内瑞拉"),
    range(760, 769, "Switzerland and Liechtenstein", "瑞士和列支敦士登"),
    range(770, 771, "Colombia", "哥伦比亚"),
    range(773, 773, "Uruguay", "乌拉圭"),
    range(775, 775, "Peru", "秘鲁"),
    range(777, 777, "Bolivia", "玻利维亚"),
    range(778, 779, "Argentina", "阿根廷"),
    range(780, 780, "Chile", "智利"),
    range(784, 784, "Paraguay", "巴拉圭"),
    range(786, 786, "Ecuador", "厄瓜多尔"),
    range(789, 790, "Brazil", "巴西"),
    range(800, 839, "Italy", "意大利"),
    range(840, 849, "Spain and Andorra", "西班牙和安道尔"),
    range(850, 850, "Cuba", "古巴"),
    range(858, 858, "Slovakia", "斯洛伐克"),
    range(859, 859, "Czechia", "捷克"),
    range(860, 860, "Serbia", "塞尔维亚"),
    range(865, 865, "Mongolia", "蒙古"),
    range(867, 867, "North Korea", "朝鲜"),
    range(868, 869, "Türkiye", "土耳其"),
    range(870, 879, "Netherlands", "荷兰"),
    range(880, 881, "South Korea", "韩国"),
    range(884, 884, "Cambodia", "柬埔寨"),
    range(885, 885, "Thailand", "泰国"),
    range(888, 888, "Singapore", "新加坡"),
    range(890, 890, "India", "印度"),
    range(893, 893, "Vietnam", "越南"),
    range(896, 896, "Pakistan", "巴基斯坦"),
    range(899, 899, "Indonesia", "印度尼西亚"),
    range(900, 919, "Austria", "奥地利"),
    range(930, 939, "Australia", "澳大利亚"),
    range(940, 949, "New Zealand", "新西兰"),
    range(950, 952, "GS1 Global Office", "国际物品编码组织"),
    range(955, 955, "Malaysia", "马来西亚"),
    range(958, 958, "Macau", "澳门"),
    range(960, 969, "GS1 Global Office", "国际物品编码组织"),
    range(977, 977, "serials (ISSN)", "期刊（ISSN）"),
    range(978, 979, "books (ISBN)", "图书（ISBN）"),
    range(980, 980, "refund receipts", "退款凭证"),
    range(981, 984, "coupons", "优惠券"),
    range(990, 999, "coupons", "优惠券"),
];

/// Who gave out a prefix of three digits, or `None` when it is not assigned.
pub(crate) fn owner(prefix: u32) -> Option<Text> {
    RANGES
        .iter()
        .find(|&&(from, to, _)| (u32::from(from)..=u32::from(to)).contains(&prefix))
        .map(|range| range.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_in_order_and_apart() {
        assert!(RANGES.iter().all(|range| range.0 <= range.1));
        assert!(RANGES.windows(2).all(|pair| pair[0].1 < pair[1].0));
        for (prefix, zh) in [
            (690, Some("中国")),
            (489, Some("香港")),
            (978, Some("图书（ISBN）")),
            (999, Some("优惠券")),
            (140, None),
        ] {
            assert_eq!(owner(prefix).map(|text| text.zh), zh, "{prefix}");
        }
    }
}
