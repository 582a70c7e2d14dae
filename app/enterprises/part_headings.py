"""The columns of lists that fill the records of a firm, by the record's field: their names in real files, the better known first."""

from collections.abc import Mapping
from dataclasses import replace

from app.kit.fields import FieldTable, FieldWriter, Heading
from app.kit.i18n import N_

Headings = Mapping[str, tuple[Heading, ...]]


def with_headings(table: FieldTable, headings: Headings) -> FieldTable:
    """The table whose fields are filled by these columns too."""
    fields = (
        replace(field, headings=headings[field.name], writers=field.writers | FieldWriter.IMPORT)
        if field.name in headings
        else field
        for field in table
    )
    return replace(table, fields=tuple(fields))


CONTACT: Headings = {
    "name": (
        Heading(
            N_("联系人"),
            "联系人 | 联系人姓名 | 企业联系人 | 联络人 | 联络员 | 企业联络员 | 姓名 | 联系人/姓名 | 经办人/姓名 | 主要联系人 | 企业联系人姓名 | contact | contact name",
            code="contact_name",
            required=True,
        ),
    ),
    "title": (Heading(N_("职务"), "职务 | 联系人职务 | 岗位 | 职位 | 联系人/职务 | 联系人/岗位 | job title"),),
    "phone": (
        Heading(
            N_("联系电话"),
            (
                "联系电话 | 电话 | 手机 | 手机号 | 手机号码 | 电话号码 | 联系方式 | 联系人电话 | 联系人手机 | 移动电话"
                " | 办公电话 | 固定电话 | 联系人/电话 | 联系人/联系电话 | 联系人/手机 | phone | telephone"
                " | mobile"
            ),
        ),
    ),
    "email": (Heading(N_("电子邮箱"), "电子邮箱 | 邮箱 | 电子邮件 | E-mail | Email | 联系人/邮箱 | 联系人邮箱"),),
}
PROPERTY: Headings = {
    "kind_code": (
        Heading(
            N_("知识产权类别"),
            "知识产权类别 | 知识产权类型 | 专利类型 | 专利类别 | 专利种类 | 类别 | 类型 | 权利类型 | kind of right",
        ),
    ),
    "number": (
        Heading(
            N_("专利号"),
            (
                "专利号 | 专利号/登记号 | 授权号 | 登记号 | 专利申请号 | 申请号 | 专利登记号 | 专利编号 | 知识产权编号"
                " | 软著登记号 | 授权专利号 | 专利（申请）号 | 证书登记号 | 专利号或登记号 | 授权编号 | patent number"
            ),
            code="property_number",
            required=True,
        ),
    ),
    "acquired_by": (Heading(N_("获得方式"), "获得方式 | 取得方式 | 获取方式 | how acquired"),),
    "name": (
        Heading(
            N_("专利名称"),
            "专利名称 | 知识产权名称 | 发明名称 | 软件名称 | 软著名称 | 权利名称 | 发明创造名称 | 著作权名称 | 名称 | name of right",
            code="property_name",
            required=True,
        ),
    ),
    "granted_on": (
        Heading(
            N_("授权日期"),
            "授权日期 | 授权公告日 | 授权日 | 授权公告日期 | 授权时间 | 登记日期 | 授权（登记）日期 | 获得日期 | 取得日期 | 获权日期 | 公告日期 | granted on",
        ),
    ),
    "expires_on": (
        Heading(N_("权利有效期至"), "权利有效期至 | 专利有效期至 | 专利到期日 | 保护期限至 | 专利权届满日"),
    ),
    "state": (
        Heading(
            N_("法律状态"), "法律状态 | 专利状态 | 权利状态 | 专利法律状态 | 知识产权状态 | 当前法律状态 | legal state"
        ),
    ),
    "other_holders": (
        Heading(
            N_("权利人"),
            "权利人 | 专利权人 | 共同权利人 | 著作权人 | 专利权利人 | 所有权人 | 权利人名称 | 申请（专利权）人 | holders",
            code="holders",
        ),
    ),
}
PRODUCT: Headings = {
    "name": (
        Heading(
            N_("产品名称"),
            "产品名称 | 产品（服务）名称 | 产品服务名称 | 主要产品 | 主要产品名称 | 主导产品 | 高新技术产品名称 | 产品 | 服务名称 | product",
            code="product_name",
            required=True,
        ),
    ),
    "year": (Heading(N_("年度"), "年度 | 年份 | 销售年度 | 统计年度 | year", required=True),),
    "revenue_fen": (
        Heading(
            N_("产品销售收入"),
            "产品销售收入 | 销售收入 | 产品收入 | 当年收入 | 年销售收入 | 收入 | 销售额 | product revenue",
        ),
    ),
    "field_code": (Heading(N_("所属技术领域"), "所属技术领域 | 技术领域 | 高新技术领域"),),
    "is_high_tech": (
        Heading(
            N_("是否高新技术产品"),
            "是否高新技术产品 | 高新技术产品 | 是否高新产品 | 是否高新 | 是否高品 | 是否属于高新技术产品 | 高品 | is high-tech",
        ),
    ),
    "is_main": (Heading(N_("是否主要产品"), "是否主要产品 | 是否主导产品 | 是否主营产品 | is main"),),
}
CONVERSION: Headings = {
    "title": (
        Heading(
            N_("成果名称"),
            "成果名称 | 科技成果名称 | 转化成果名称 | 成果转化名称 | 成果项目名称 | 转化项目名称 | 转化成果 | 科技成果 | result",
            code="result_title",
            required=True,
        ),
    ),
    "year": (Heading(N_("转化年度"), "转化年度 | 年度 | 年份 | 转化年份 | 转化时间 | year", required=True),),
    "result_kind": (Heading(N_("成果类型"), "成果类型 | 成果类别 | 成果形式 | 知识产权类型"),),
    "origin": (Heading(N_("成果来源"), "成果来源 | 来源"),),
    "outcome": (Heading(N_("转化结果"), "转化结果 | 转化成效"),),
    "form": (Heading(N_("转化方式"), "转化方式 | 转化形式 | 成果转化方式 | 转化途径 | form of conversion"),),
}
STANDARD: Headings = {
    "title": (
        Heading(
            N_("标准名称"),
            "标准名称 | 标准（检测方法、技术规范）名称 | 标准项目名称 | standard",
            code="standard_title",
            required=True,
        ),
    ),
    "number": (Heading(N_("标准编号"), "标准编号 | 标准号 | 标准代号 | standard number", code="standard_number"),),
    "level": (
        Heading(N_("标准级别"), "标准级别 | 级别 | 标准类别 | 标准类型 | 标准层级 | level of standard", required=True),
    ),
    "year": (Heading(N_("发布年度"), "发布年度 | 年度 | 年份 | 发布年份 | 发布时间 | year", required=True),),
    "role": (
        Heading(
            N_("主持/参与"),
            "主持/参与 | 主导/参与 | 主导或参与 | 牵头/参与 | 主持（参与） | 主持参与 | 主持或参与 | 参与方式 | 企业所起作用 | 所起作用 | 企业作用 | 角色 | 参与程度 | 起草角色",
        ),
    ),
}
COMPLIANCE: Headings = {
    "happened_on": (
        Heading(
            N_("处罚日期"),
            "处罚日期 | 处罚决定日期 | 决定日期 | 处罚决定书日期 | 列入日期 | 事故日期 | 发生日期 | 处罚时间 | 事发日期 | 列入时间",
            required=True,
        ),
    ),
    "kind": (Heading(N_("合规事件类别"), "合规事件类别 | 事件类别 | 违法类型 | 违法行为类型 | 案件类型 | 失信类型"),),
    "severity": (Heading(N_("严重程度"), "严重程度 | 程度 | 情节 | 违法情节"),),
    "source": (
        Heading(
            N_("处罚机关"),
            "处罚机关 | 处罚部门 | 处罚单位 | 处罚实施机关 | 决定机关 | 列入机关 | 执法机关 | 作出决定机关 | 信息来源",
            code="issuer",
        ),
        Heading(
            N_("处罚决定书文号"),
            "处罚决定书文号 | 行政处罚决定书文号 | 决定书文号 | 处罚文号 | 决定文书号 | 文书号",
            code="document_number",
        ),
    ),
    "summary": (
        Heading(
            N_("违法事实"),
            "违法事实 | 主要违法事实 | 违法行为 | 案由 | 列入原因 | 列入事由 | 情况说明 | 违法事由 | 处罚事由 | 处罚原因 | 违法违规事实 | 案件名称",
            code="offence",
        ),
        Heading(N_("处罚内容"), "处罚内容 | 处罚类别 | 处罚种类 | 处罚结果 | 行政处罚内容 | 处罚决定", code="penalty"),
    ),
}
CERTIFICATE: Headings = {
    "kind": (
        Heading(
            N_("证书类别"), "证书类别 | 证书类型 | 资质类别 | 资质类型 | 证书名称 | 资质名称 | kind of certificate"
        ),
    ),
    "number": (
        Heading(N_("证书编号"), "证书编号 | 证书号 | 证书号码 | 备案编号 | 备案号 | 编号 | certificate number"),
        Heading(
            N_("入库登记编号"),
            "入库登记编号 | 入库编号 | 科技型中小企业入库登记编号 | 科技型中小企业编号 | 科小入库编号 | 科小编号 | 登记编号",
            code="sme_number",
        ),
        Heading(
            N_("高企证书编号"),
            "高企证书编号 | 高企证书号 | 高企编号 | 高新技术企业证书编号 | 高新技术企业证书号 | 高新证书编号",
            code="high_tech_number",
        ),
    ),
    "issued_on": (
        Heading(
            N_("发证日期"),
            "发证日期 | 发证时间 | 颁证日期 | 证书日期 | 发证日 | 认定日期 | 批准日期 | 备案日期 | 获证日期 | 认定时间 | 获批时间 | 批准时间 | 公告日期 | issued on",
        ),
        Heading(
            N_("入库日期"),
            "入库日期 | 入库时间 | 入库登记日期 | 入库登记时间 | 公告日期 | 公示日期 | 登记入库日期",
            code="listed_on",
        ),
    ),
    "expires_on": (
        Heading(
            N_("证书有效期至"),
            "证书有效期至 | 有效期至 | 有效期截止 | 到期日期 | 证书到期日 | 有效期截止日期 | 到期时间",
        ),
    ),
    "revoked_on": (Heading(N_("撤销日期"), "撤销日期 | 取消日期 | 取消资格日期 | revoked on"),),
}
TAG: Headings = {
    "tag": (
        Heading(
            N_("企业标签"),
            "企业标签 | 标签 | 称号 | 荣誉称号 | 企业荣誉 | 荣誉名称 | 荣誉资质 | 资质荣誉 | 企业资质 | 企业称号 | 入库类别 | 入库类型 | 梯度类型 | 培育类型 | tag",
        ),
    ),
    "granted_on": (
        Heading(
            N_("授予日期"),
            "授予日期 | 授予时间 | 授牌日期 | 公布日期 | 公告日期 | 认定日期 | 认定时间 | 获批日期 | 入库日期 | 入库时间",
        ),
    ),
    "expires_on": (
        Heading(N_("称号有效期至"), "称号有效期至 | 有效期至 | 有效期截止 | 有效期截止日期 | 到期时间 | 到期日期"),
    ),
}
