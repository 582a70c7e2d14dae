"""Words that tell what a firm does: they end its brand, and many firms share them."""

import re

#: How many characters of a name are its brand, at least and at most.
_BRAND, _LONGEST = 2, 4
_WORDS = """
科技 技术 信息 网络 电子 电气 电器 电力 电线 电缆 电商 电机 机电 机械 机床 机器 设备 仪器 仪表 器材 器械 工具 模具 五金 金属 钢铁 钢结构 钢材 铝业 铝材 铜业 不锈钢 铸造 锻造 精密 制造 制品 加工 装备
自动化 智能 软件 数码 数字 通信 通讯 光电 光学 半导体 芯片 新能源 能源 石油 石化 化工 精细化工 化学 化肥 肥业 肥料 农药 医药 药业 制药 药房 大药房 药店 生物 医疗 健康 保健 医院 诊所
新材料 材料 建材 建筑 建设 建安 工程 装饰 装修 装璜 装潢 设计 园林 绿化 市政 路桥 交通 水利 水务 水电 给排水 消防 环保 环境 环卫 节能 防水 防腐 保温 玻璃 陶瓷 水泥 混凝土 商砼 砖厂 砂石 沙石 石材 矿业 矿产 煤炭
木业 家具 家居 家私 门窗 门业 涂料 油漆 塑料 塑胶 塑业 橡胶 包装 印刷 印务 纸业 纸品 造纸 广告 传媒 文化 传播 影视 艺术 教育 培训 学校 幼儿园 体育 旅游 旅行社 酒店 宾馆 饭店 餐饮 餐馆 酒楼 茶楼 食品 饮料 酒业 酿酒 粮油 粮食 米业 面粉 油脂 调味品
水产 养殖 种植 种养殖 种业 种子 农业 农机 农资 农产品 农副产品 生态 林业 苗木 花卉 果蔬 蔬菜 水果 茶叶 茶业 畜牧 牧业 饲料 禽业 渔业 虾业 小龙虾 虾稻 水稻 棉业 棉花 纺织 服装 服饰 制衣 针织 鞋业 皮革 布业 家纺 毛纺 印染
商贸 贸易 商业 商务 经贸 工贸 物资 物流 运输 货运 快递 仓储 配送 供应链 进出口 超市 百货 副食 便利店 连锁 汽车 汽贸 汽修 汽配 摩托车 车业 车桥 零部件 配件 维修 修理 租赁 加油站 加气站 液化气 燃气 天然气 自来水 供水 热力
房地产 地产 置业 物业 物业管理 投资 资本 金融 担保 小额贷款 典当 保险 证券 银行 财务 会计 税务 咨询 策划 管理 企业管理 资产管理 人力资源 劳务 服务 家政 保洁 保安 检测 检验 评估 造价 监理 测绘 勘察 勘测 律师 翻译 知识产权 代理 中介
工业 实业 发展 产业 开发 集团 控股 经营 销售 购销 批发 零售 国际 工艺品 日化 日用品 化妆品 美容 美发 理发 珠宝 眼镜 钟表 文具 办公 图书 玩具 花店 鞋店 服装店 五金店 副食店 水果店 烟酒 早点 冷气 制冷 空调 电梯 船舶 航运 港务 航空 轴承 阀门 水泵 泵业 管道 管业 管材 锅炉 压力容器 变压器 轧钢 焊接 热处理 表面处理 喷涂 电镀 激光 照明 灯饰 灯具
农场 林场 养猪 养鸡 养鱼 猪业 屠宰 肉类 冷链 冷冻 酱品 豆制品 糕点 烘焙 餐具 洗涤 洗车 停车 网吧 娱乐 演艺 婚庆 摄影 图文 打印 快印 通用 专用 综合 经济 工商 外贸 内贸 机耕 机收 植保 收割 农技
"""
_TRADES = frozenset(_WORDS.split())
_PAIRS = frozenset(word for word in _TRADES if len(word) == _BRAND)
#: What else begins with two characters that are no word of trade themselves.
_LONGER = {
    pair: tuple(word for word in _TRADES if word.startswith(pair))
    for pair in {word[:_BRAND] for word in _TRADES} - _PAIRS
}
_WORKS = re.compile("[一二三四五六七八九十0-9]+号?[厂店场站]|[厂店场站馆部所社吧院]$")
_WORKS_BEGIN = frozenset("一二三四五六七八九十0123456789厂店场站馆部所社吧院")


def begins_with_trade(text: str) -> bool:
    """Whether no brand stands in front."""
    return _trade_at(text, 0)


def brand_length(core: str) -> int:
    """How many characters of `core` (a name without place and legal form) are the brand: up to the first word of trade."""
    end = min(len(core), _LONGEST)
    return next((at for at in range(_BRAND, end) if _trade_at(core, at)), end)


def _trade_at(text: str, at: int) -> bool:
    pair = text[at : at + _BRAND]
    if pair in _PAIRS or (pair in _LONGER and text.startswith(_LONGER[pair], at)):
        return True
    return text[at : at + 1] in _WORKS_BEGIN and _WORKS.match(text, at) is not None
